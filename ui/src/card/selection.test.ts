import { expect, it } from "vitest";
import { Selection } from "./selection.svelte";

const LIST = ["a", "b", "c", "d"];
const picked = (selection: Selection) => [...selection.uids].sort().join("");

it("a click selects one alone, a second one unselects it", () => {
  const selection = new Selection();
  selection.only("a");
  selection.only("b");
  expect(picked(selection)).toBe("b");
  selection.only("b");
  expect(picked(selection)).toBe("");
});

it("one more and one less by Ctrl", () => {
  const selection = new Selection();
  for (const uid of ["a", "c", "a", "d"]) selection.toggle(uid);
  expect(picked(selection)).toBe("cd");
  // One that is not alone stays when it is clicked.
  selection.only("c");
  expect(picked(selection)).toBe("c");
});

it("all between by Shift, in both directions, from the last that was clicked", () => {
  const selection = new Selection();
  selection.through("b", LIST);
  expect(picked(selection)).toBe("b");
  selection.through("d", LIST);
  expect(picked(selection)).toBe("bcd");
  selection.only("c");
  selection.through("a", LIST);
  expect(picked(selection)).toBe("abc");
  selection.through("x", LIST);
  expect(picked(selection)).toBe("x");
});

it("what is gone is selected no longer", () => {
  const selection = new Selection();
  selection.all(LIST);
  selection.keep(new Set(["b", "d", "e"]));
  expect(picked(selection)).toBe("bd");
});

it("with a selected card all selected go, in their order; with another it goes alone", () => {
  const selection = new Selection();
  for (const uid of ["d", "a"]) selection.toggle(uid);
  expect(selection.with("d", LIST)).toEqual(["a", "d"]);
  expect(selection.with("b", LIST)).toEqual(["b"]);
});
