// Which view the address names, and going to another one without loading the page again.

export type Place =
  | { view: "home" }
  | { view: "enter"; key: string }
  | { view: "account" }
  | { view: "plan"; space: string }
  | { view: "nowhere" };

function placeOf(location: Location): Place {
  const parts = location.pathname.split("/").filter(Boolean);
  if (parts.length === 0) return { view: "home" };
  if (parts[0] === "enter") return { view: "enter", key: location.hash.slice(1) };
  if (parts[0] === "account" && parts.length === 1) return { view: "account" };
  if (parts[0] === "spaces" && parts[1]) {
    if (parts.length === 2 || (parts.length === 3 && parts[2] === "plan")) {
      return { view: "plan", space: parts[1] };
    }
  }
  return { view: "nowhere" };
}

class Router {
  place: Place = $state(placeOf(window.location));

  constructor() {
    window.addEventListener("popstate", () => this.#read());
    window.addEventListener("hashchange", () => this.#read());
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /** Show another address of this page. */
  go(path: string, replace = false): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#read();
  }

  #read(): void {
    this.place = placeOf(window.location);
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download")) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || /^\/(api|schema)\b/.test(to.pathname)) return;
    event.preventDefault();
    this.go(to.pathname + to.search + to.hash);
  }
}

export const router = new Router();
