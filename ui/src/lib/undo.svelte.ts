// What was changed here and can be taken back: the last twenty steps.

const MOST = 20;

/** What a step is of: iterations, and cards that it moved between them; by their ids and uids. */
type Of = { places: readonly string[]; cards: readonly string[] };
type Step = Of & { back: () => void; what: string };

export class Undo {
  #steps: Step[] = [];
  can = $state(false);

  /** Remember how something is taken back, and what it was. */
  push(back: () => void, of: Of = { places: [], cards: [] }, what = ""): void {
    this.#steps.push({ back, what, ...of });
    if (this.#steps.length > MOST) this.#steps.shift();
    this.can = true;
  }

  /** Take the last step back; returns what it was and of which cards, undefined without one. */
  take(): { what: string; cards: readonly string[] } | undefined {
    const step = this.#steps.pop();
    this.can = this.#steps.length > 0;
    step?.back();
    return step;
  }

  /** An iteration has ended: nothing of it can be taken back, nor what was done before with its cards. */
  forget(id: string): void {
    const ended = new Set<string>();
    const kept = this.#steps.toReversed().filter(({ places, cards }) => {
      const ends = places.includes(id) || cards.some((uid) => ended.has(uid));
      if (ends) for (const uid of cards) ended.add(uid);
      return !ends;
    });
    this.#steps = kept.toReversed();
    this.can = kept.length > 0;
  }

  /** What was to be undone has not been done. */
  clear(): void {
    this.#steps = [];
    this.can = false;
  }
}
