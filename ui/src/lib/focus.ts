// Where the focus goes when what had it is not there any more.

/** So many frames a list takes at most until it shows what came into it. */
const FRAMES = 20;

/** Give the focus to a card, by its uid, as soon as it is shown; to the view's heading if it is not. */
export function focusCard(uid: string, frames = FRAMES): void {
  const shown = document.querySelector<HTMLElement>(`[data-uid="${CSS.escape(uid)}"]`);
  // On a board the link in it has the focus.
  const found = shown?.matches("[tabindex]") ? shown : (shown?.querySelector("a") ?? null);
  found?.focus();
  if (found && document.activeElement === found) return;
  if (frames > 0) requestAnimationFrame(() => focusCard(uid, frames - 1));
  else if (document.activeElement === document.body) focusHeading(document.body);
}

/** Give the focus to the heading of the part of the page that an element is in. */
export function focusHeading(element: Element): void {
  const part = element.closest("section, dialog") ?? document.querySelector("main");
  const heading = part?.querySelector<HTMLElement>("h1, h2, h3");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}
