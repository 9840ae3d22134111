// Which view the address names, and going to another one without loading the page again.

/** A view of a space; `iteration` is the one that is shown, `card` the card that is opened. */
export type SpacePlace = {
  view: "space";
  space: string;
  tab: Tab;
  iteration: string | undefined;
  card: number | undefined;
};
export type Place =
  | { view: "home" }
  | { view: "enter"; key: string }
  | { view: "account" | "people" | "audit" | "welcome" }
  | SpacePlace
  | { view: "nowhere" };

const ALONE = ["account", "people", "audit", "welcome"] as const;
const TABS = ["board", "plan", "iterations", "reports", "settings"] as const;
export type Tab = (typeof TABS)[number];

function placeOf(location: Location): Place {
  const parts = location.pathname.split("/").filter(Boolean);
  if (parts.length === 0) return { view: "home" };
  if (parts[0] === "enter") return { view: "enter", key: location.hash.slice(1) };
  const alone = ALONE.find((known) => known === parts[0]);
  if (alone && parts.length === 1) return { view: alone };
  if (parts[0] === "spaces") return spaceOf(parts.slice(1), new URLSearchParams(location.search));
  return { view: "nowhere" };
}

function spaceOf(parts: readonly string[], query: URLSearchParams): Place {
  const [space, name = "board", one] = parts;
  const tab = TABS.find((known) => known === name);
  if (!space || !tab || parts.length > 3 || (one && tab !== "iterations"))
    return { view: "nowhere" };
  const card = Number(query.get("card")) || undefined;
  const iteration = one ?? query.get("iteration") ?? undefined;
  return { view: "space", space, tab, iteration, card };
}

/** The address of this view with other values in its query; undefined: without. */
export function withQuery(values: Record<string, string | undefined>): string {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text ? `${location.pathname}?${text}` : location.pathname;
}

class Router {
  place: Place = $state.raw(placeOf(window.location));
  readonly #holders = new Set<() => boolean>();
  #shown = window.location.href;

  constructor() {
    window.addEventListener("popstate", () => {
      if (this.holds()) history.pushState(null, "", this.#shown);
      else this.#read();
    });
    window.addEventListener("hashchange", () => this.#read());
    window.addEventListener("beforeunload", (event) => {
      if (this.holds()) event.preventDefault();
    });
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /**
   * Ask `holder` before going elsewhere whether something would be lost; if so it says so where it
   * is. Returns how to end it.
   */
  hold(holder: () => boolean): () => void {
    this.#holders.add(holder);
    return () => void this.#holders.delete(holder);
  }

  /** Whether going elsewhere would lose something; if so that is said where it is. */
  holds(): boolean {
    return [...this.#holders].some((holder) => holder());
  }

  /** Show another address of this page. */
  go(path: string, replace = false): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#read();
  }

  #read(): void {
    this.#shown = window.location.href;
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
    if (this.holds()) return;
    this.go(to.pathname + to.search + to.hash);
  }
}

export const router = new Router();
