// How the page looks on this device: as was chosen on it, or as the device has it.
// src/look.js does the same before the first paint.

/** What there is to choose; the first of each is what it is untouched. */
export const LOOKS = {
  theme: ["device", "light", "dark"],
  density: ["normal", "compact", "comfortable"],
  motion: ["device", "off"],
} as const;
type Kind = keyof typeof LOOKS;
type Chosen = { [K in Kind]: (typeof LOOKS)[K][number] };

function kept<K extends Kind>(kind: K): Chosen[K] {
  const value = localStorage.getItem(`kadence.${kind}`);
  const known: readonly string[] = LOOKS[kind];
  return (value !== null && known.includes(value) ? value : known[0]) as Chosen[K];
}

class Look {
  #chosen: Chosen = $state({
    theme: kept("theme"),
    density: kept("density"),
    motion: kept("motion"),
  });
  #deviceIsDark = $state(false);

  constructor() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.#deviceIsDark = dark.matches;
    dark.addEventListener("change", () => (this.#deviceIsDark = dark.matches));
  }

  /** What was chosen of a kind. */
  of<K extends Kind>(kind: K): Chosen[K] {
    return this.#chosen[kind];
  }

  /** Choose, also for the next time on this device. */
  choose<K extends Kind>(kind: K, value: Chosen[K]): void {
    this.#chosen[kind] = value;
    if (value === LOOKS[kind][0]) {
      localStorage.removeItem(`kadence.${kind}`);
      delete document.documentElement.dataset[kind];
    } else {
      localStorage.setItem(`kadence.${kind}`, value);
      document.documentElement.dataset[kind] = value;
    }
  }

  /** What is looked at now. */
  get scheme(): "light" | "dark" {
    const { theme } = this.#chosen;
    if (theme !== "device") return theme;
    return this.#deviceIsDark ? "dark" : "light";
  }
}

export const look = new Look();
