import { expect, it } from "vitest";
import { type Choice, chosenFirst, matching } from "./choices";

const of = (label: string, more: Partial<Choice> = {}): Choice => ({
  value: label,
  label,
  chosen: false,
  ...more,
});
const PEOPLE = [
  of("Anna Lind", { also: ["AL", "anna@home.example"] }),
  of("Михаил Орлов"),
  of("Bo Berg"),
];
const found = (typed: string) => matching(PEOPLE, typed).map(({ label }) => label);

it("is found by the beginnings of its words, its other names, and on the wrong layout", () => {
  expect(found("an")).toEqual(["Anna Lind"]);
  expect(found("li an")).toEqual(["Anna Lind"]);
  expect(found("al")).toEqual(["Anna Lind"]);
  expect(found("home")).toEqual(["Anna Lind"]);
  expect(found("ind")).toEqual([]);
  expect(found("ОРЛ")).toEqual(["Михаил Орлов"]);
  expect(found("jhk")).toEqual(["Михаил Орлов"]);
  expect(found("ифке")).toEqual([]);
  expect(found("иу")).toEqual(["Bo Berg"]);
  expect(found("  ")).toHaveLength(3);
});

it("what is chosen comes first", () => {
  const some = [of("a"), of("b", { chosen: "some" }), of("c", { chosen: true })];
  expect(chosenFirst(some).map(({ label }) => label)).toEqual(["b", "c", "a"]);
});
