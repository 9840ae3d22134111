// What was changed here and can be taken back: the last twenty steps.

const MOST = 20;

export class Undo {
  #steps: (() => void)[] = [];
  can = $state(false);

  /** Remember how something is taken back. */
  push(back: () => void): void {
    this.#steps.push(back);
    if (this.#steps.length > MOST) this.#steps.shift();
    this.can = true;
  }

  /** Take the last step back. */
  take(): void {
    const back = this.#steps.pop();
    this.can = this.#steps.length > 0;
    back?.();
  }

  /** What was to be undone has not been done. */
  clear(): void {
    this.#steps = [];
    this.can = false;
  }
}
