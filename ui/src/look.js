// Before the first paint: the theme, density and motion that were chosen on this device.
(() => {
  try {
    for (const name of ["theme", "density", "motion"]) {
      const chosen = localStorage.getItem(`kadence.${name}`);
      if (chosen) document.documentElement.dataset[name] = chosen;
    }
  } catch {
    // Without storage it is as the device has it.
  }
})();
