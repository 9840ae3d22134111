import { expect, it } from "vitest";
import { sizeHint, sizeOf } from "./size";

it.each([
  ["3", 3],
  ["5,5 h", 5.5],
  [".5", 0.5],
  ["about 2", 2],
  ["-3", -3],
  ["XL", null],
  ["", null],
  ["3 of 5", 3],
])("%j counts as %j", (text, size) => expect(sizeOf(text)).toBe(size));

it.each([
  ["", ""],
  [" ", ""],
  ["7", ""],
  [" 7 ", ""],
  ["2,5", "Counts as 2.5."],
  ["3 M", "Counts as 3."],
  ["soon", "There is no number in it: it counts as no size."],
  ["-4", "Counts as -4: it makes sums smaller."],
  ["0", ""],
  ["1000", ""],
  ["1001", "Counts as 1,001: is that meant?"],
  ["80000", "Counts as 80,000: is that meant?"],
])("of %j is said: %j", (text, hint) => expect(sizeHint(text)).toBe(hint));
