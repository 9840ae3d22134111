// What is changed of cards in their rows and tiles: by a key or a click, for one or all selected.
import { beforeEach, expect, test } from "vitest";
import { network } from "../testing/browser";
import * as kit from "../testing/kit";
import { Team } from "../testing/team";

let team: Team;
let edits: unknown[];
beforeEach(async () => {
  team = await Team.make();
  kit.open(`/spaces/${team.uid}/plan`);
  await story(5);
  edits = [];
  network.between.push(async (request) => {
    if (request.url.endsWith("/cards/edit")) edits.push(await request.clone().json());
    return undefined;
  });
});
const story = (n: number) => kit.find("option", new RegExp(`Story ${n}`));
const press = (keys: string) => kit.user.keyboard(keys);

async function select(...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    (await story(number)).focus();
    await press(" ");
  }
}

test("several are assigned by a key and a name, in one request, and back", async () => {
  await select(1, 3, 5);
  await press("a");
  await kit.find("combobox", "Assign to: 3 cards");
  await kit.find("option", /Writer/);
  await press("rea{Enter}");
  await kit.text("3 cards assigned to Reader");
  await kit.eventually(() => team.members("Story 3"), ["Reader"]);
  expect(edits).toHaveLength(1);
  await kit.press("Undo Ctrl Z");
  await kit.eventually(() => team.members("Story 5"), []);
  expect(await team.members("Story 1")).toEqual([]);
  await press("{Control>}{Shift>}z{/Shift}{/Control}");
  await kit.eventually(() => team.members("Story 1"), ["Reader"]);
  expect(edits).toHaveLength(3);
});

test("what some have is said, and given to all before it is taken from all", async () => {
  await select(1);
  await press("t");
  await press("urgent{Enter}");
  await kit.text("1 card tagged “urgent”");
  await select(2);
  await press("t");
  await kit.find("option", /urgent.*some have it/);
  await press("urg{Enter}");
  await kit.eventually(() => team.tags("Story 2"), ["urgent"]);
  await press("t");
  await press("urg{Enter}");
  await kit.eventually(() => team.tags("Story 1"), []);
  await kit.eventually(() => team.tags("Story 2"), []);
});

test("sizes are given card by card without leaving the keys", async () => {
  (await story(1)).focus();
  await press("s");
  for (const size of ["8", "40", "0,5"]) {
    await kit.find("listbox", "Size");
    await press(`${size}{Tab}`);
  }
  await press("{Escape}");
  for (const [n, size] of [
    [1, 8],
    [2, 40],
    [3, 0.5],
    [4, 4],
  ] as const)
    await kit.eventually(async () => (await team.find(`Story ${n}`)).size, size);
  await kit.until(async () => expect(await story(4)).toHaveFocus());
});

test("a click on a property of a selected row is meant for all that are selected", async () => {
  await select(2, 4);
  const row = await story(4);
  await kit.user.click(row.querySelector("[data-choose=column]") as Element);
  await kit.user.click(await kit.find("option", /^In progress/));
  await kit.text("2 cards moved to In progress");
  const doing = async (n: number) => (await team.find(`Story ${n}`)).column_id;
  await kit.eventually(() => doing(2), team.columns[1]);
  expect(await doing(4)).toBe(team.columns[1]);
  const other = await story(1);
  await kit.user.click(other.querySelector("[data-choose=size]") as Element);
  await kit.find("listbox", /^Size$/);
  await press("{Escape}");
});

test("what is archived goes, and comes back to its place in its plan", async () => {
  const cards = await Promise.all([1, 2, 3].map((n) => team.find(`Story ${n}`)));
  await team.put(team.next, ...cards);
  await kit.until(async () => expect(await kit.listed("Next sprint")()).toHaveLength(3));
  (await story(2)).focus();
  await press("{Delete}");
  await kit.text("1 card archived");
  await kit.eventually(() => team.inside(team.next), ["Story 1", "Story 3"]);
  await press("{Control>}z{/Control}");
  await kit.eventually(() => team.inside(team.next), ["Story 1", "Story 2", "Story 3"]);
  await kit.eventually(kit.listed("Next sprint"), ["Story 1", "Story 2", "Story 3"]);
});

test("the menu of a row names all that its keys do", async () => {
  (await story(3)).focus();
  await press("{Shift>}{F10}{/Shift}");
  await kit.find("combobox", "Actions");
  await press("top{Enter}");
  await kit.eventually(
    kit.listed("Backlog"),
    [3, 1, 2, 4, 5].map((n) => `Story ${n}`),
  );
  await kit.user.pointer({ target: await story(1), keys: "[MouseRight]" });
  await kit.user.click(await kit.find("option", /^Open/));
  await kit.until(() => expect(location.search).toMatch(/card=\d+/));
});

test("Shift and arrows select on", async () => {
  (await story(2)).focus();
  await press("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
  await kit.text("3 selected · 9");
});

test("who may only read has no keys and no places to click", async () => {
  await kit.leave();
  kit.open(`/spaces/${team.uid}/plan`, "reader");
  const row = await story(1);
  expect(row.querySelectorAll("[data-choose]:not([data-choose=open])")).toHaveLength(0);
  row.focus();
  await press("a");
  expect(kit.all("combobox", /Assign/)).toEqual([]);
  await press("{Shift>}{F10}{/Shift}");
  const offered = () => kit.all("option", undefined, kit.the("listbox", "Actions")).map(kit.words);
  await kit.until(() => expect(offered()).toEqual(["Open Enter", "Copy link"]));
});

test("143 cards move, go back and move again, each time in one request", async () => {
  for (let n = 0; n < 138; n++) await team.card(`More ${n}`);
  await kit.reload();
  await kit.find("option", /More 5 /);
  network.between.push(async (request) => {
    if (request.url.endsWith("/cards/edit")) edits.push(await request.clone().json());
    return undefined;
  });
  (await story(1)).focus();
  await press("{Control>}a{/Control}m");
  await kit.find("option", /Next sprint/);
  await press("{Enter}");
  const inside = async () => (await team.inside(team.next)).length;
  await kit.eventually(inside, 143);
  await press("{Control>}z{/Control}");
  await kit.eventually(inside, 0);
  await press("{Control>}y{/Control}");
  await kit.eventually(inside, 143);
  expect(edits).toHaveLength(3);
});

test("a title is changed in its row, and Enter goes on below", async () => {
  (await story(2)).focus();
  await press("e");
  const field = await kit.field("Title");
  expect([field.value, field.selectionEnd]).toEqual(["Story 2", 7]);
  await press("Story two{Enter}");
  await press("In between =3{Enter}");
  await kit.find("option", /In between/);
  await press("And another{Enter}");
  await kit.find("option", /And another/);
  await press("{Escape}");
  const titles = ["Story 1", "Story two", "In between", "And another", "Story 3"];
  await kit.eventually(async () => (await kit.listed("Backlog")()).slice(0, 5), titles);
  await kit.eventually(async () => (await team.find("In between")).size, 3);
  await kit.reload();
  await kit.find("option", /And another/);
  await kit.eventually(async () => (await kit.listed("Backlog")()).slice(0, 5), titles);
});

test("a title that is not wanted stays, and one in an iteration goes on there", async () => {
  await team.put(team.next, await team.find("Story 4"));
  await kit.until(async () => expect(await kit.listed("Next sprint")()).toEqual(["Story 4"]));
  (await story(4)).focus();
  await press("{F2}");
  await press("Nonsense{Escape}");
  await kit.until(async () => expect(await story(4)).toHaveFocus());
  await press("e{Enter}");
  await press("Below it{Enter}");
  await kit.eventually(() => team.inside(team.next), ["Story 4", "Below it"]);
  await kit.press("Undo");
  await kit.eventually(() => team.inside(team.next), ["Story 4"]);
});
