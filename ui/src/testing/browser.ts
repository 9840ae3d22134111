// What jsdom lacks of a browser: cookies with fetch, dialogs, and sizes for what is laid out.
import { inject } from "vitest";

const server = inject("server");
export const SESSION_COOKIE = "kadence_session";

/** Decides about a request before it is sent: an answer in place of the server's, or none. */
export type Between = (request: Request) => Promise<Response | undefined> | Response | undefined;

/** The browser's way to the server, which a test may cut or hold back. */
export const network = { cookie: "", between: [] as Between[], send };

const NodeRequest = globalThis.Request;
const nodeFetch = globalThis.fetch;

/** A request of somebody else, beside the page. */
export const outside = (path: string, init?: RequestInit): Promise<Response> =>
  nodeFetch(new URL(path, server.url), init);

class PageRequest extends NodeRequest {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === "string" ? new URL(input, server.url) : input, init);
  }
}

async function pageFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new PageRequest(input, init);
  for (const decide of network.between) {
    const answer = await decide(request);
    if (answer) return answer;
  }
  return network.send(request);
}

/** The session that an answer begins, or "" where it ends one. */
export const cookieOf = (answer: Response): string | undefined =>
  answer.headers
    .getSetCookie()
    .map((cookie) => /^kadence_session=([^;]*)/.exec(cookie)?.[1])
    .find((value) => value !== undefined);

async function send(request: Request): Promise<Response> {
  if (network.cookie) request.headers.set("cookie", `${SESSION_COOKIE}=${network.cookie}`);
  const answer = await nodeFetch(request);
  network.cookie = cookieOf(answer) ?? network.cookie;
  return answer;
}

const ROW = 40;
const SCREEN = 2000;

/** Says once how large something is: a row of a list, or all of it. */
class Sizes implements ResizeObserver {
  readonly #tell: ResizeObserverCallback;
  constructor(tell: ResizeObserverCallback) {
    this.#tell = tell;
  }
  observe(target: Element): void {
    const height = target.role === "listbox" ? SCREEN : ROW;
    const contentRect = { width: SCREEN, height } as DOMRectReadOnly;
    queueMicrotask(() => this.#tell([{ target, contentRect } as ResizeObserverEntry], this));
  }
  unobserve(): void {}
  disconnect(): void {}
}

function showModal(this: HTMLDialogElement): void {
  this.open = true;
  const fields = "[autofocus], input, select, textarea, button, a[href]";
  this.querySelector<HTMLElement>(fields)?.focus();
}

function close(this: HTMLDialogElement): void {
  if (!this.open) return;
  this.open = false;
  this.dispatchEvent(new Event("close"));
}

const isOpen = new WeakSet<HTMLElement>();

/** Show or hide what pops over the page, and tell it before and after. */
function toggle(this: HTMLElement, open: boolean): void {
  if (isOpen.has(this) === open) return;
  if (open) isOpen.add(this);
  else isOpen.delete(this);
  const tell = (type: string): boolean =>
    this.dispatchEvent(Object.assign(new Event(type), { newState: open ? "open" : "closed" }));
  tell("beforetoggle");
  setTimeout(() => tell("toggle"));
}
function showPopover(this: HTMLElement): void {
  toggle.call(this, true);
}
function hidePopover(this: HTMLElement): void {
  toggle.call(this, false);
}

/** A click on the button of a popover toggles it. */
function clicked(event: MouseEvent): void {
  const button = (event.target as Element).closest("[popovertarget]");
  const popover = document.getElementById(button?.getAttribute("popovertarget") ?? "");
  if (popover) toggle.call(popover, !isOpen.has(popover));
}

/** Escape asks the topmost dialog to close. */
function escape(event: KeyboardEvent): void {
  const dialog = [...document.querySelectorAll<HTMLDialogElement>("dialog[open]")].at(-1);
  if (event.key !== "Escape" || event.defaultPrevented || !dialog) return;
  if (dialog.dispatchEvent(new Event("cancel", { cancelable: true }))) dialog.close();
}

/** Put it all in, once for each environment. */
export function completeBrowser(): void {
  const { jsdom } = globalThis as unknown as { jsdom: { reconfigure(to: { url: string }): void } };
  jsdom.reconfigure({ url: `${server.url}/` });
  Object.assign(globalThis, {
    fetch: pageFetch,
    Request: PageRequest,
    ResizeObserver: Sizes,
    CSS: { escape: (text: string) => text },
  });
  Object.assign(HTMLDialogElement.prototype, { showModal, close });
  Object.assign(HTMLElement.prototype, { showPopover, hidePopover });
  Object.assign(Element.prototype, { scrollIntoView: () => undefined });
  Object.assign(window, { matchMedia: () => Object.assign(new EventTarget(), { matches: false }) });
  Object.defineProperty(navigator, "languages", { value: ["en-GB"] });
  Object.defineProperty(HTMLElement.prototype, "offsetParent", {
    get(this: HTMLElement) {
      return this.parentElement;
    },
  });
  window.addEventListener("click", clicked);
  // Behind what the page listens to itself.
  window.addEventListener("keydown", (event) => setTimeout(() => escape(event)));
}
