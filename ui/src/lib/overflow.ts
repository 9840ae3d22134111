// Shows at the edge of what scrolls sideways that there is more of it.

/** Keep the class `more` on an element while something of it lies behind its right edge. */
export function overflow(element: HTMLElement): () => void {
  const look = (): void => {
    const rest = element.scrollWidth - element.clientWidth - element.scrollLeft;
    element.classList.toggle("more", rest > 1);
  };
  const seen = new ResizeObserver(look);
  seen.observe(element);
  if (element.firstElementChild) seen.observe(element.firstElementChild);
  element.addEventListener("scroll", look, { passive: true });
  return () => {
    seen.disconnect();
    element.removeEventListener("scroll", look);
  };
}
