import { expect, it } from "vitest";
import { addressesIn } from "./addresses";

it.each([
  ["", []],
  ["anna@a.example", ["anna@a.example"]],
  ["anna@a.example, bob@a.example;c@a.example\nd@a.example e@a.example", "abcde"],
  ["Anna Berg <anna@a.example>", ["anna@a.example Anna Berg"]],
  ['"Berg" <anna@a.example>;\r\n<bob@a.example>', ["anna@a.example Berg", "bob@a.example"]],
  ["anna@a.example, Anna@A.example", ["anna@a.example"]],
  ["just words, nothing else", []],
] as [string, string[] | string][])("%j", (text, wanted) => {
  const found = addressesIn(text).map((one) =>
    [one.email, one.full_name].filter(Boolean).join(" "),
  );
  if (typeof wanted === "string") expect(found.map((one) => one[0]).join("")).toBe(wanted);
  else expect(found).toEqual(wanted);
});
