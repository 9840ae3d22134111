// What was just done, said for a while; and what is only heard.

const SECONDS = 1000;
/** With something to press it stays longer. */
const STAYS = { plain: 6 * SECONDS, undoable: 10 * SECONDS };

export class Toast {
  text = $state("");
  undoable = $state(false);
  /** What is said to who listens, and not shown. */
  heard = $state("");
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Say what was done; one takes the place of the one before. */
  show(text: string, undoable = false): void {
    this.text = text;
    this.undoable = undoable;
    this.goOn();
  }

  /** Say it to who does not see it happen. */
  hear(text: string): void {
    this.heard = text;
  }

  /** Stay as long as it is looked at. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  goOn(): void {
    this.hold();
    const stays = this.undoable ? STAYS.undoable : STAYS.plain;
    this.#timer = setTimeout(() => this.close(), stays);
  }

  close(): void {
    this.hold();
    this.text = "";
  }
}
