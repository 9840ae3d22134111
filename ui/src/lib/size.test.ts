import { expect, it } from "vitest";
import cases from "../../../tests/cases/sizes.json";
import { sizeHint, sizeOf } from "./size";

// The server's tests read the same.
it.each(cases as [string, number | null, string | null][])("%j counts as %j", (text, size) =>
  expect(sizeOf(text)).toBe(size),
);

it.each([
  ["", ""],
  [" ", ""],
  ["7", ""],
  [" 7 ", ""],
  ["2,5", "Counts as 2.5."],
  ["3 M", "Counts as 3."],
  ["soon", "No number, so it counts as unsized"],
  ["-4", "Counts as -4: it makes sums smaller."],
  ["0", ""],
  ["1000", ""],
  ["1001", "Counts as 1,001. Is that right?"],
  ["80000", "Counts as 80,000. Is that right?"],
])("of %j is said: %j", (text, hint) => expect(sizeHint(text)).toBe(hint));

it("of a size that was written by older rules is said what it counts as", () => {
  expect(sizeHint("PROJ-3", -3)).toBe("Counts as -3: it makes sums smaller.");
  expect(sizeHint("3", 3)).toBe("");
});
