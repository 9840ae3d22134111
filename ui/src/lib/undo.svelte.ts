// What was changed here, to be taken back and done again: the last twenty steps.

const MOST = 20;

/**
 * A step: how it is taken back and, where that can be, done again; what it was, in words; and what
 * it is of: iterations, and cards that it moved between them; by their ids and uids.
 */
export type Step = {
  back: () => void;
  again?: () => void;
  what?: string;
  places?: readonly string[];
  cards?: readonly string[];
};
type Told = { what: string; cards: readonly string[] };

export class Undo {
  #done: Step[] = $state.raw([]);
  #undone: Step[] = $state.raw([]);

  get can(): boolean {
    return this.#done.length > 0;
  }

  get canAgain(): boolean {
    return this.#undone.length > 0;
  }

  /** Remember a step that was just made; what was taken back before it cannot be done again. */
  push(step: Step): void {
    this.#done = [...this.#done, step].slice(-MOST);
    this.#undone = [];
  }

  /** Take the last step back; returns what it was and of which cards, undefined without one. */
  take(): Told | undefined {
    const step = this.#done.at(-1);
    if (!step) return undefined;
    this.#done = this.#done.slice(0, -1);
    this.#undone = step.again ? [...this.#undone, step] : [];
    step.back();
    return told(step);
  }

  /** Do again what was taken back last. */
  redo(): Told | undefined {
    const step = this.#undone.at(-1);
    if (!step) return undefined;
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, step];
    step.again?.();
    return told(step);
  }

  /** An iteration has ended: nothing of it can be taken back, nor what was done before with its cards. */
  forget(id: string): void {
    const ended = new Set<string>();
    const kept = this.#done.toReversed().filter(({ places = [], cards = [] }) => {
      const ends = places.includes(id) || cards.some((uid) => ended.has(uid));
      if (ends) for (const uid of cards) ended.add(uid);
      return !ends;
    });
    this.#done = kept.toReversed();
    this.#undone = [];
  }

  /** What was to be undone has not been done. */
  clear(): void {
    this.#done = [];
    this.#undone = [];
  }
}

function told({ what = "", cards = [] }: Step): Told {
  return { what, cards };
}
