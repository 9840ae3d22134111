// Where cards are and where they go, without a server: lists of uids by iteration, "" the backlog.

import { fold } from "../lib/fold";

export const BACKLOG = "";

/** The cards of the backlog and of each open iteration, in order. */
export type Lists = Readonly<Record<string, readonly string[]>>;

/**
 * Some cards' way to a list: in front of another card of it, or to its END. Without a place they go
 * to the end of an iteration, and in the backlog to where they stood on their board.
 */
export type Move = { uids: readonly string[]; to: string; before: string | undefined };
export const END = "";

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

/** The moves that bring cards back to where they are in `lists`: those beside each other together. */
export function backTo(lists: Lists, uids: readonly string[]): Move[] {
  const moves: Move[] = [];
  const going = new Set(uids);
  for (const [to, list] of Object.entries(lists)) {
    // From the end, so that the card in front of which some go is there already.
    for (let end = list.length; end > 0; end--) {
      let begin = end;
      while (begin > 0 && going.has(list[begin - 1] ?? "")) begin--;
      if (begin === end) continue;
      moves.push({ uids: list.slice(begin, end), to, before: list[end] ?? END });
      end = begin;
    }
  }
  return moves;
}

/**
 * The person who is meant by what stands in a line: a full name, an address, a user name; rather
 * one who is called just so than one whose letters are taken for the same.
 */
export function called<P extends { full_name: string; email: string; username: string }>(
  people: readonly P[],
  name: string,
): P | undefined {
  const names = (one: P) => [one.full_name, one.email, one.username];
  const exact = people.find((one) => names(one).includes(name));
  return exact ?? people.find((one) => names(one).map(fold).includes(fold(name)));
}

/** A card as somebody typed it, or pasted it from a spreadsheet. */
export type Line = { title: string; size_text: string | null; tags: string[]; member: string };

/** A size at the end of a line, behind a mark: titles end in numbers too. */
const SIZED = /^(.*\S)\s+(?:=(\d+(?:[.,]\d+)?)|\((\d+(?:[.,]\d+)?)\))$/;

/**
 * The card of a line: its title, with `=5` or `(5)` behind it as the size, or cells of a spreadsheet:
 * title, size, tags with commas between, member.
 */
export function cardOf(line: string): Line | undefined {
  const [title = "", ...cells] = line.split("\t").map((cell) => cell.trim());
  if (!title) return undefined;
  if (cells.length > 0) {
    const [size = "", tags = "", member = ""] = cells;
    const named = tags.split(/[,;]/).map((tag) => tag.trim());
    return { title, size_text: size || null, tags: named.filter(Boolean), member };
  }
  const [, named = title, marked, bracketed] = SIZED.exec(title) ?? [];
  return { title: named, size_text: marked ?? bracketed ?? null, tags: [], member: "" };
}
