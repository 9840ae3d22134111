import { expect, it } from "vitest";
import { fileName, oneLine } from "./text";

it("puts a text on one line", () => {
  expect(oneLine("a\u000bb\r\nc\u2028d")).toBe("a b c d");
});

it("names a file by a text", () => {
  expect(fileName('Burnup, A/B: "x"\u0000')).toBe("Burnup, A B x");
});
