// What was changed here and can be taken back: the last twenty steps.

const MOST = 20;

export class Undo {
  #steps: { back: () => void; of: readonly string[] }[] = [];
  can = $state(false);

  /** Remember how something is taken back, and what it is of: ids of iterations, say. */
  push(back: () => void, of: readonly string[] = []): void {
    this.#steps.push({ back, of });
    if (this.#steps.length > MOST) this.#steps.shift();
    this.can = true;
  }

  /** Take the last step back. */
  take(): void {
    const step = this.#steps.pop();
    this.can = this.#steps.length > 0;
    step?.back();
  }

  /** Nothing of this can be changed any more. */
  forget(id: string): void {
    this.#steps = this.#steps.filter(({ of }) => !of.includes(id));
    this.can = this.#steps.length > 0;
  }

  /** What was to be undone has not been done. */
  clear(): void {
    this.#steps = [];
    this.can = false;
  }
}
