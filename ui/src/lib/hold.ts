// A long press with a finger: it selects, as a click with Ctrl does; a tap opens.

const MILLISECONDS = 450;
/** So far a finger may move and still rests. */
const REST = 10;

export class Hold {
  /** Whether what was pressed last was pressed with a finger. */
  touch = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #from = { x: 0, y: 0 };
  #held = false;

  constructor(readonly onhold: () => void) {}

  /** Listen on an element; returns how to end it. */
  on(element: HTMLElement): () => void {
    const events = {
      pointerdown: (event: PointerEvent) => this.#down(event),
      pointermove: (event: PointerEvent) => this.#move(event),
      pointerup: () => clearTimeout(this.#timer),
      pointercancel: () => clearTimeout(this.#timer),
    };
    const all = Object.entries(events) as [string, EventListener][];
    for (const [name, listener] of all) element.addEventListener(name, listener);
    return () => {
      clearTimeout(this.#timer);
      for (const [name, listener] of all) element.removeEventListener(name, listener);
    };
  }

  /** Whether a click is the end of a long press, which has done its work. */
  took(): boolean {
    const held = this.#held;
    this.#held = false;
    return held;
  }

  #down(event: PointerEvent): void {
    this.touch = event.pointerType === "touch";
    this.#held = false;
    if (!this.touch) return;
    this.#from = { x: event.clientX, y: event.clientY };
    this.#timer = setTimeout(() => {
      this.#held = true;
      this.onhold();
    }, MILLISECONDS);
  }

  #move({ clientX, clientY }: PointerEvent): void {
    const { x, y } = this.#from;
    if (Math.hypot(clientX - x, clientY - y) > REST) clearTimeout(this.#timer);
  }
}
