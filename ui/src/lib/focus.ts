// Where the focus goes when what had it is not there any more.

/** So many frames a list takes at most until it shows what came into it. */
const FRAMES = 20;

/** Give the focus to a card, by its uid, as soon as it is shown. */
export function focusCard(uid: string, frames = FRAMES): void {
  const shown = document.querySelector<HTMLElement>(`[data-uid="${CSS.escape(uid)}"]`);
  // On a board the link in it has the focus.
  const found = shown?.matches("[tabindex]") ? shown : (shown?.querySelector("a") ?? null);
  found?.focus();
  if (frames > 0 && (!found || document.activeElement !== found)) {
    requestAnimationFrame(() => focusCard(uid, frames - 1));
  }
}

/** Do something that may take a card away from under the focus, and let the focus go with it. */
export function followCard(work: () => void): void {
  const focused = document.activeElement?.closest<HTMLElement>("[data-uid]")?.dataset["uid"];
  work();
  if (focused !== undefined) requestAnimationFrame(() => focusCard(focused));
}
