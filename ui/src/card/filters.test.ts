import { describe, expect, it } from "vitest";
import { aCard } from "../testing/samples";
import { choices, Filters } from "./filters.svelte";

const bug = { id: 7, name: "bug" } as never;
const anna = { id: 9, full_name: "Anna Lind" } as never;
const CARDS = [
  aCard(1, { title: "Login page", size: 5, tags: [bug] }),
  aCard(2, { title: "Invoice 404", members: [anna], size: 2.5 }),
  aCard(3, { title: "Reports", board_id: 2 }),
];

const BOARDS = new Map([
  [1, "Board"],
  [2, "Art"],
]);

function shown(set: Partial<Filters>): number[] {
  const filters = Object.assign(new Filters(), set);
  return CARDS.filter((card) => filters.lets(card)).map((card) => card.id);
}

describe("what is shown of the backlog", () => {
  it.each<[Partial<Filters>, number[]]>([
    [{}, [1, 2, 3]],
    [{ search: "  " }, [1, 2, 3]],
    [{ search: "PAGE log" }, [1]],
    [{ search: "ＬＯＧＩＮ" }, [1]],
    [{ search: "bug" }, [1]],
    [{ search: "anna" }, [2]],
    [{ search: "#3" }, [3]],
    [{ search: "404" }, [2]],
    [{ search: "3" }, [3]],
    [{ search: "page 3" }, []],
    [{ board: "2" }, [3]],
    [{ member: "9" }, [2]],
    [{ tag: "7" }, [1]],
    [{ size: "2.5" }, [2]],
    [{ size: "none" }, [3]],
    [{ size: "5", tag: "7", search: "login" }, [1]],
    [{ size: "5", member: "9" }, []],
  ])("%j: %j", (set, ids) => expect(shown(set)).toEqual(ids));

  it("is said to be a part of it only where something is asked for", () => {
    expect(new Filters().any).toBe(false);
    expect(Object.assign(new Filters(), { search: " " }).any).toBe(false);
    expect(Object.assign(new Filters(), { tag: "7" }).any).toBe(true);
  });
});

it("what is asked for stands in the address", () => {
  const filters = Object.assign(new Filters(), { search: " log ", size: "none", tag: "7" });
  expect(filters.query).toEqual({
    q: "log",
    board: undefined,
    member: undefined,
    tag: "7",
    size: "none",
  });
  const again = new Filters("?card=5&q=log&size=none&tag=7");
  expect(again.query).toEqual(filters.query);
  expect(new Filters("?card=5").any).toBe(false);
});

it("the choices are those of the cards, in order, none among the sizes where a card has none", () => {
  expect(choices(CARDS, BOARDS)).toEqual({
    board: [
      { value: "2", label: "Art" },
      { value: "1", label: "Board" },
    ],
    member: [{ value: "9", label: "Anna Lind" }],
    tag: [{ value: "7", label: "bug" }],
    size: ["none", "2.5", "5"],
  });
  expect(choices(CARDS.slice(0, 1), BOARDS).size).toEqual(["5"]);
});
