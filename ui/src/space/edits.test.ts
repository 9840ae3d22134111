import { describe, expect, it } from "vitest";
import { aCard } from "../testing/samples";
import { backTo, batches, type Change, changed, type Edit, grouped } from "./edits";

const ANNA = { id: 7, full_name: "Anna Lind", initials: "AL" };
const BO = { id: 8, full_name: "Bo Berg", initials: "BB" };
const PEOPLE = [ANNA, BO];
const CARDS = [
  aCard(1, { size: 3, size_text: "3", tags: [{ id: 1, name: "ui" }], members: [ANNA] }),
  aCard(2, { tags: [{ id: 1, name: "ui" }] }),
  aCard(3, { size: 5, size_text: "5", members: [ANNA, BO] }),
];

describe("a change", () => {
  it.each<Change>([
    { size_text: "3" },
    { size_text: null },
    { add_tags: ["ui", "api"], remove_tags: ["none"] },
    { remove_tags: ["ui"] },
    { add_member_ids: [7], remove_member_ids: [8] },
    { condition: 2 },
    { column_id: 4, lane_id: 2, sort_order: 0.5 },
    { title: "Another" },
  ])("is taken back whatever each card was: %j", (change) => {
    const said = (card: (typeof CARDS)[number]) => ({
      ...card,
      tags: card.tags.map(({ name }) => name).sort(),
      members: card.members.map(({ id }) => id).sort(),
    });
    const now = new Map(CARDS.map((card) => [card.uid, changed(card, change, PEOPLE)]));
    for (const { card_uids, ...back } of backTo(CARDS, change)) {
      for (const uid of card_uids) now.set(uid, changed(now.get(uid) ?? aCard(0), back, PEOPLE));
    }
    expect([...now.values()].map(said)).toEqual(CARDS.map(said));
  });

  it("of the cell remembers the place in it", () => {
    expect(backTo(CARDS.slice(0, 1), { column_id: 4 })).toEqual([
      { card_uids: ["uid-1"], column_id: 1, sort_order: 1 },
    ]);
  });

  it("that changes nothing needs no way back", () => {
    expect(backTo(CARDS.slice(0, 1), { size_text: "3", add_tags: ["ui"] })).toEqual([]);
  });

  it("counts a size as the server does", () => {
    expect(changed(CARDS[1]!, { size_text: "2,5 SP" }, PEOPLE).size).toBe(2.5);
  });
});

it("what is alike goes together, but not in front of a card", () => {
  const edits: Edit[] = ["a", "b"].map((uid) => ({ card_uids: [uid], size_text: "1" }));
  expect(grouped(edits)).toEqual([{ card_uids: ["a", "b"], size_text: "1" }]);
  const placed = ["a", "b"].map((uid) => ({ card_uids: [uid], iteration_id: "i", before: "c" }));
  expect(grouped(placed)).toEqual(placed);
});

it("143 cards are one request, 500 are three", () => {
  const named = (count: number) => Array.from({ length: count }, (_, n) => String(n));
  const sizes = (edits: readonly Edit[]) =>
    batches(edits).map((some) => some.flatMap(({ card_uids }) => card_uids).length);
  expect(sizes([{ card_uids: named(143), iteration_id: null }])).toEqual([143]);
  expect(sizes(named(143).map((uid) => ({ card_uids: [uid], size_text: uid })))).toEqual([143]);
  expect(sizes([{ card_uids: named(250) }, { card_uids: named(250) }])).toEqual([200, 200, 100]);
  expect(batches([])).toEqual([]);
});
