import { expect, it } from "vitest";
import { sizeOf } from "./size";

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
