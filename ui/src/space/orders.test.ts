import { expect, it } from "vitest";
import { aCard } from "../testing/samples";
import { isBehind, ordersOf } from "./orders";

/** The order of a list of cards, by what they are called and where they stood. */
function after(cards: Record<string, number>, list: string[], moving: string[]) {
  const known = new Map(
    Object.entries(cards).map(([uid, sort_order], at) => [uid, aCard(at + 1, { uid, sort_order })]),
  );
  const orders = ordersOf(list, moving, known);
  for (const [uid, sort_order] of orders)
    known.set(uid, { ...(known.get(uid) ?? aCard(0)), sort_order });
  const shown = [...known.values()].sort((a, b) => (isBehind(a, b) ? 1 : -1));
  return { orders: Object.fromEntries(orders), list: shown.map(({ uid }) => uid) };
}

it("a card goes between two others, in front of all, behind all, or into an empty cell", () => {
  const cards = { a: 1, b: 4, x: 9 };
  expect(after(cards, ["a", "x", "b"], ["x"]).orders).toEqual({ x: 2.5 });
  expect(after(cards, ["x", "a", "b"], ["x"]).orders).toEqual({ x: 0.5 });
  expect(after({ ...cards, x: 1 }, ["a", "b", "x"], ["x"]).orders).toEqual({ x: 5 });
  expect(after({ x: 9 }, ["x"], ["x"]).orders).toEqual({});
});

it("what stands right already keeps its place", () => {
  expect(after({ a: 1, x: 2, y: 2, b: 3 }, ["a", "x", "y", "b"], ["x", "y"]).orders).toEqual({});
});

it("where two have one place, those behind are numbered anew and stay in order", () => {
  const cards = { a: 1, b: 1, c: 1, d: 7, x: 9, y: 9 };
  for (const list of [
    ["a", "x", "y", "b", "c", "d"],
    ["x", "y", "a", "b", "c", "d"],
    ["a", "b", "c", "d", "x", "y"],
    ["a", "b", "y", "x", "c", "d"],
  ]) {
    const moving = list.filter((uid) => "xy".includes(uid));
    expect(after(cards, list, moving).list).toEqual(list);
  }
});
