import { expect, it } from "vitest";
import { aBoard, aCard } from "../testing/samples";
import { lanesOf, ordered, stagesOf } from "./cells";

const column = (id: number, sort_order: number, subcolumns?: unknown[]) => ({
  id,
  sort_order,
  title: `Column ${id}`,
  type: 1,
  wip_limit: null,
  subcolumns,
});

it("columns come in order, those with parts by their parts", () => {
  const parts = [column(22, 2), column(21, 1)];
  const stages = stagesOf(aBoard([column(3, 3), column(2, 2, parts), column(1, 1)]));
  expect(stages.map(({ title, ids }) => [title, ids])).toEqual([
    ["Column 1", [1]],
    // What stands in the column itself stands in its first part.
    ["Column 2: Column 21", [21, 2]],
    ["Column 2: Column 22", [22]],
    ["Column 3", [3]],
  ]);
});

it("of two columns at one place the older comes first", () => {
  const stages = stagesOf(aBoard([column(2, 1), column(1, 1)]));
  expect(stages.map(({ id }) => id)).toEqual([1, 2]);
});

it("lanes that are out of use are shown while they have cards", () => {
  const lane = (id: number, condition: number) => ({ id, condition, sort_order: id, title: "" });
  const board = aBoard([], [lane(3, 2), lane(2, 2), lane(1, 1)]);
  expect(lanesOf(board).map(({ id }) => id)).toEqual([1]);
  expect(lanesOf(board, [{ lane_id: 3 }]).map(({ id }) => id)).toEqual([1, 3]);
});

it("cards of a cell are in order, the older first of two at one place", () => {
  const cell = [
    aCard(1, { sort_order: 2 }),
    aCard(3, { sort_order: 1 }),
    aCard(2, { sort_order: 1 }),
  ];
  expect(ordered(cell).map(({ id }) => id)).toEqual([2, 3, 1]);
});
