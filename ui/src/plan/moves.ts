// Where cards are and where they go, without a server: lists of uids by iteration, "" the backlog.

export const BACKLOG = "";

/** The cards of the backlog and of each open iteration, in order. */
export type Lists = Readonly<Record<string, readonly string[]>>;

/** Some cards' way to a list, in front of another card of it or to its end. */
export type Move = { uids: readonly string[]; to: string; before: string | undefined };

/** The list that a card is in. */
export function whereIs(lists: Lists, uid: string): string | undefined {
  return Object.keys(lists).find((key) => lists[key]?.includes(uid));
}

/** The lists after a move; the moved cards keep the order in which they are named. */
export function moved(lists: Lists, { uids, to, before }: Move): Lists {
  const going = new Set(uids);
  const after: Record<string, readonly string[]> = {};
  for (const [key, list] of Object.entries(lists)) after[key] = list.filter((u) => !going.has(u));
  const goal = [...(after[to] ?? [])];
  const at = before === undefined ? -1 : goal.indexOf(before);
  goal.splice(at < 0 ? goal.length : at, 0, ...uids);
  after[to] = goal;
  return after;
}

/** The moves that bring cards back to where they are in `lists`. */
export function backTo(lists: Lists, uids: readonly string[]): Move[] {
  const moves: Move[] = [];
  for (const [key, list] of Object.entries(lists)) {
    // From the end, so that the card in front of which one goes is there already.
    for (let at = list.length - 1; at >= 0; at--) {
      const uid = list[at];
      if (uid === undefined || !uids.includes(uid)) continue;
      moves.push({ uids: [uid], to: key, before: list[at + 1] });
    }
  }
  return moves;
}

/** A line that somebody typed: a title, with a trailing number as the size. */
export function cardOf(line: string): { title: string; size_text: string | null } | undefined {
  const [title = "", size] = line.split("\t").map((cell) => cell.trim());
  if (size) return title ? { title, size_text: size } : undefined;
  const found = /^(.*\S)\s+(\d+(?:[.,]\d+)?)$/.exec(title);
  if (found?.[1] && found[2]) return { title: found[1], size_text: found[2] };
  return title ? { title, size_text: null } : undefined;
}
