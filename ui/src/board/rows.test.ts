import { expect, it } from "vitest";
import { aBoard, aCard } from "../testing/samples";
import { rowsOf, type Way } from "./rows";

const ANNA = { id: 7, full_name: "Anna", initials: "A" };
const BO = { id: 8, full_name: "Bo", initials: "B" };
const LANES = [
  { id: 1, title: "Upper", sort_order: 1, condition: 1 },
  { id: 2, title: "", sort_order: 2, condition: 1 },
];
const CARDS = [
  aCard(1, { members: [BO, ANNA] }),
  aCard(2, { members: [ANNA], lane_id: 2 }),
  aCard(3),
];
const shown = (way: Way, cards = CARDS, me?: number, lanes = LANES) =>
  rowsOf(aBoard([], lanes), cards, way, me, { lane: "Lane", nobody: "nobody" }).map(
    ({ title, has }) => [title, ...cards.filter(has).map(({ id }) => id)],
  );

it("each card stands in one row", () => {
  expect(shown("lane")).toEqual([
    ["Upper", 1, 3],
    ["Lane", 2],
  ]);
  expect(shown("none")).toEqual([["", 1, 2, 3]]);
  expect(shown("person")).toEqual([
    ["Anna", 2],
    ["Bo", 1],
    ["nobody", 3],
  ]);
});

it("one's own row comes first, and there is always a row", () => {
  expect(shown("person", CARDS.slice(0, 2), 8)).toEqual([
    ["Bo", 1],
    ["Anna", 2],
  ]);
  expect(shown("person", [])).toEqual([["nobody"]]);
  expect(shown("lane", [], undefined, LANES.slice(0, 1))).toEqual([[""]]);
});
