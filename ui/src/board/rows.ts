// By what the cards of a board stand in rows: its lanes, the people who have them, or nothing.
import { lanesOf } from "../space/cells";
import type { Card, Person } from "../space/queries";
import type { Board } from "../space/space.svelte";

export const WAYS = ["lane", "person", "none"] as const;
export type Way = (typeof WAYS)[number];

export type Row = {
  key: string;
  /** "" where there is one row alone. */
  title: string;
  /** What a card gets that is dropped there; undefined: it keeps its own. */
  lane: number | undefined;
  /** Null is nobody. */
  person: Person | null | undefined;
  has: (card: Card) => boolean;
};

/** Who has a card, where it stands in one row: the first of several. */
export const holderOf = (card: Card): Person | undefined => card.members[0];

/** The rows of a board with these cards; `me` comes first, nobody last. */
export function rowsOf(
  board: Board,
  cards: readonly Card[],
  way: Way,
  me: number | undefined,
  words: { lane: string; nobody: string },
): Row[] {
  const lanes = lanesOf(board, cards);
  if (way === "person") {
    const people = new Map(cards.flatMap((card) => holderOf(card) ?? []).map((p) => [p.id, p]));
    const mine = (one: Person): number => Number(one.id === me);
    const sorted = [...people.values()].sort(
      (a, b) => mine(b) - mine(a) || a.full_name.localeCompare(b.full_name),
    );
    const rows: Row[] = sorted.map((person) => ({
      key: `person ${person.id}`,
      title: person.full_name,
      lane: undefined,
      person,
      has: (card) => holderOf(card)?.id === person.id,
    }));
    const nobodys = (card: Card): boolean => holderOf(card) === undefined;
    if (rows.length === 0 || cards.some(nobodys))
      rows.push({
        key: "nobody",
        title: words.nobody,
        lane: undefined,
        person: null,
        has: nobodys,
      });
    return rows;
  }
  if (way === "none" || lanes.length < 2)
    return [
      {
        key: "all",
        title: "",
        lane: lanes.length < 2 ? lanes[0]?.id : undefined,
        person: undefined,
        has: () => true,
      },
    ];
  return lanes.map(({ id, title }) => ({
    key: `lane ${id}`,
    title: title || words.lane,
    lane: id,
    person: undefined,
    has: (card) => card.lane_id === id,
  }));
}
