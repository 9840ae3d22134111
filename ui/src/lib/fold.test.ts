import { expect, it } from "vitest";
import cases from "../../../tests/cases/folding.json";
import { fold } from "./fold";

// The server's tests read the same.
it.each(cases as [string, string][])("%j is searched as %j", (text, folded) => {
  expect(fold(text)).toBe(folded);
  expect(fold(folded)).toBe(folded);
});
