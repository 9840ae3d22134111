// Whether the reader wants light or dark.

class Scheme {
  name: "light" | "dark" = $state("light");

  constructor() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const read = (): void => void (this.name = dark.matches ? "dark" : "light");
    read();
    dark.addEventListener("change", read);
  }
}

export const scheme = new Scheme();
