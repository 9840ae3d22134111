// Which cards are selected: by click, with Ctrl one more, with Shift all between.

export class Selection {
  uids: ReadonlySet<string> = $state.raw(new Set<string>());
  #last: string | undefined;

  has(uid: string): boolean {
    return this.uids.has(uid);
  }

  clear(): void {
    this.uids = new Set();
  }

  /** Unselect what is not among these any more. */
  keep(there: ReadonlySet<string>): void {
    const kept = [...this.uids].filter((uid) => there.has(uid));
    if (kept.length < this.uids.size) this.uids = new Set(kept);
  }

  /** Select all of a list. */
  all(list: readonly string[]): void {
    this.uids = new Set(list);
  }

  /** Select one alone, or unselect it if it is alone. */
  only(uid: string): void {
    const alone = this.uids.size === 1 && this.uids.has(uid);
    this.uids = alone ? new Set() : new Set([uid]);
    this.#last = uid;
  }

  /** Select one more, or one less. */
  toggle(uid: string): void {
    const next = new Set(this.uids);
    if (!next.delete(uid)) next.add(uid);
    this.uids = next;
    this.#last = uid;
  }

  /** Select all between the last one and this one. */
  through(uid: string, list: readonly string[]): void {
    const from = this.#last === undefined ? -1 : list.indexOf(this.#last);
    const to = list.indexOf(uid);
    if (from < 0 || to < 0) return this.only(uid);
    const between = list.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.uids = new Set([...this.uids, ...between]);
  }

  /** Select a card and the one that one goes to from it. */
  extend(from: string, to: string): void {
    this.uids = new Set([...this.uids, from, to]);
    this.#last = to;
  }

  /** What is dragged with a card: all that are selected if it is among them, in their order. */
  with(uid: string, order: readonly string[]): string[] {
    return this.has(uid) ? order.filter((other) => this.has(other)) : [uid];
  }
}
