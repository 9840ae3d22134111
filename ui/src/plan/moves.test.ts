import { describe, expect, it } from "vitest";
import { backTo, BACKLOG, called, cardOf, type Lists, moved, whereIs } from "./moves";

const LISTS: Lists = { [BACKLOG]: ["a", "b", "c"], one: ["d", "e"], two: [] };

describe("where cards are", () => {
  it("is the list that has them", () => {
    expect(whereIs(LISTS, "b")).toBe(BACKLOG);
    expect(whereIs(LISTS, "e")).toBe("one");
    expect(whereIs(LISTS, "nobody")).toBeUndefined();
  });
});

describe("a move", () => {
  it("goes in front of another card, or to the end", () => {
    const front = moved(LISTS, { uids: ["c"], to: "one", before: "e" });
    expect(front).toEqual({ [BACKLOG]: ["a", "b"], one: ["d", "c", "e"], two: [] });
    const end = moved(LISTS, { uids: ["c", "a"], to: "two", before: undefined });
    expect(end).toEqual({ [BACKLOG]: ["b"], one: ["d", "e"], two: ["c", "a"] });
  });

  it("within a list puts cards in order", () => {
    const first = moved(LISTS, { uids: ["c"], to: BACKLOG, before: "a" });
    expect(first[BACKLOG]).toEqual(["c", "a", "b"]);
    const last = moved(LISTS, { uids: ["a", "b"], to: BACKLOG, before: undefined });
    expect(last[BACKLOG]).toEqual(["c", "a", "b"]);
  });

  it("in front of a card that is gone, or that moves itself, goes to the end", () => {
    expect(moved(LISTS, { uids: ["a"], to: "one", before: "x" })["one"]).toEqual(["d", "e", "a"]);
    expect(moved(LISTS, { uids: ["d"], to: "one", before: "d" })["one"]).toEqual(["e", "d"]);
  });

  it("changes nothing of what it was given, and makes a list that was not there", () => {
    expect(moved(LISTS, { uids: ["a"], to: "new", before: undefined })["new"]).toEqual(["a"]);
    expect(LISTS[BACKLOG]).toEqual(["a", "b", "c"]);
  });

  it("is taken back, whatever it was", () => {
    for (const to of [BACKLOG, "one", "two"]) {
      for (const before of ["a", "b", "d", undefined]) {
        for (const uids of [["a"], ["b", "d"], ["c", "a", "e"]]) {
          let now = moved(LISTS, { uids, to, before });
          for (const move of backTo(LISTS, uids)) now = moved(now, move);
          expect(now).toEqual(LISTS);
        }
      }
    }
  });
});

describe("a typed line", () => {
  const plain = { tags: [], member: "" };

  it.each([
    ["Login page =5", { title: "Login page", size_text: "5", ...plain }],
    ["Login page  =2,5 ", { title: "Login page", size_text: "2,5", ...plain }],
    ["Login page (5)", { title: "Login page", size_text: "5", ...plain }],
    ["Upgrade to Django 5 (0.5)", { title: "Upgrade to Django 5", size_text: "0.5", ...plain }],
    ["Release 2026", { title: "Release 2026", size_text: null, ...plain }],
    ["iOS 18", { title: "iOS 18", size_text: null, ...plain }],
    ["x = 5", { title: "x = 5", size_text: null, ...plain }],
    ["Check sin(0)", { title: "Check sin(0)", size_text: null, ...plain }],
    ["Plan (later)", { title: "Plan (later)", size_text: null, ...plain }],
    ["=5", { title: "=5", size_text: null, ...plain }],
    ["Login page", { title: "Login page", size_text: null, ...plain }],
    ["42", { title: "42", size_text: null, ...plain }],
    ["v2", { title: "v2", size_text: null, ...plain }],
  ])("%j is a card", (line, card) => expect(cardOf(line)).toEqual(card));

  it.each(["", "   ", "\t5\turgent"])("%j is none", (line) => expect(cardOf(line)).toBeUndefined());

  it("of a spreadsheet has cells, in which a number in the title is no size", () => {
    const wanted = { title: "Fix 404", size_text: "3 h", tags: ["bug", "web"], member: "Anna" };
    expect(cardOf("Fix 404\t3 h\tbug, web;\t Anna ")).toEqual(wanted);
    expect(cardOf("Fix 404\t")).toEqual({ title: "Fix 404", size_text: null, ...plain });
  });
});

it("a person is called by full name, address or user name, in any case", () => {
  const anna = { full_name: "Анна Линд", email: "anna@example.com", username: "anna" };
  for (const name of ["анна ЛИНД", "ANNA@example.com", "Anna"]) {
    expect(called([anna], name)).toBe(anna);
  }
  expect(called([anna], "Ann")).toBeUndefined();
  const [yo, ye] = ["Алёна", "Алена"].map((full_name) => ({ full_name, email: "", username: "" }));
  expect(called([yo!, ye!], "Алена")).toBe(ye);
  expect(called([yo!], "алена")).toBe(yo);
});
