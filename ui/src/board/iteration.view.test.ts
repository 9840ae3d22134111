// The view of an iteration: walked over by arrows, closed, deleted, and loaded again.
import { beforeEach, expect, test } from "vitest";
import * as kit from "../testing/kit";
import { Team, type Iteration } from "../testing/team";

let team: Team;
let sprint: Iteration;
beforeEach(async () => {
  team = await Team.make();
  sprint = await team.sprint();
  kit.open(`/spaces/${team.uid}/iterations/${sprint.id}`);
  await kit.find("link", "Task 3");
});

test("arrows walk over the board", async () => {
  await team.change(await team.find("Task 3"), { column_id: team.columns[2] });
  const done = kit.the("list", "Done, Upper");
  await kit.find("link", "Task 3", done);
  (await kit.find("link", "Task 1")).focus();
  for (const [key, reached] of [
    ["ArrowDown", "Task 2"],
    ["ArrowDown", "Task 2"],
    // Columns without cards are ignored.
    ["ArrowRight", "Task 3"],
    ["ArrowLeft", "Task 1"],
    ["ArrowUp", "Task 1"],
  ] as const) {
    await kit.user.keyboard(`{${key}}`);
    expect(document.activeElement).toHaveTextContent(reached);
  }
});

test("an iteration is closed from its view", async () => {
  await team.change(await team.find("Task 3"), { column_id: team.columns[2] });
  await kit.find("link", "Task 3", kit.the("list", "Done, Upper"));
  await kit.press("Close iteration…");
  await kit.text("1 card done (3 pts)", kit.dialog);
  await kit.press("Close", kit.dialog);
  await kit.text(/^closed$/);
  expect(kit.all("list", "Done, Upper")).toEqual([]);
  const done = kit.the("region", "Done");
  await kit.find("link", "Task 3", done);
  await kit.text("1 card · 3 pts", done);
  const rest = kit.the("region", "Not done");
  await kit.text("2 cards · 3 pts", rest);
  await kit.until(() =>
    expect(kit.all("listitem", undefined, rest).map(kit.words)).toEqual([
      expect.stringMatching(/^Task 1 Backlog/),
      expect.stringMatching(/^Task 2 Backlog/),
    ]),
  );
});

test("what did not load is loaded when the server is back", async () => {
  await kit.visit("Iterations");
  await kit.find("region", "Timeline");
  kit.goOffline();
  await kit.visit("Running");
  await kit.shows("alert", "Trying again");
  kit.goOnline();
  await kit.find("link", "Task 3");
  await kit.gone("alert");
});

test("a planned iteration is deleted from its view", async () => {
  const planned = await team.plan("Not wanted");
  const address = `/spaces/${team.uid}/iterations/${planned.id}`;
  await kit.leave();
  kit.open(address);
  await kit.pick("More for", "Delete iteration…");
  await kit.press("Delete", kit.dialog);
  await kit.find("region", "Timeline");
  await kit.until(() => expect(document.body).not.toHaveTextContent("Not wanted"));
  await kit.leave();
  kit.open(address);
  await kit.text(/^deleted$/);
  expect(kit.all("button", "Edit")).toEqual([]);
});

const board = kit.the("region", "Board");
const tiles = (part = board) =>
  kit
    .all("link", /Task/, part)
    .map((link) => kit.words(link).replace(/, selected$/, ""))
    .sort();

test("what is mine is shown by one key, and kept in the address", async () => {
  await team.change(await team.find("Task 2"), { size_text: "2" });
  const others = await team.card("Task of nobody");
  await team.put(sprint, others);
  await kit.find("link", "Task of nobody", board);
  await kit.user.keyboard("{Shift>}M{/Shift}");
  await kit.until(() => expect(tiles()).toEqual(["Task 1", "Task 2", "Task 3"]));
  await kit.until(() => expect(location.search).toContain("member="));
  await kit.reload();
  await kit.find("link", "Task 1", board);
  expect(kit.all("link", "Task of nobody", board)).toEqual([]);
  await kit.press(/^Mine/);
  await kit.find("link", "Task of nobody", board);
  await kit.fill("Find", "3");
  await kit.until(() => expect(tiles()).toEqual(["Task 3"]));
  await kit.fill("Find", "nothing like it");
  await kit.press("Clear filter");
  await kit.find("link", "Task 1", board);
});

test("rows by person: who has a card is seen, and the choice is kept", async () => {
  await team.put(sprint, await team.card("Task of nobody"));
  await kit.find("link", "Task of nobody", board);
  await kit.choose("Rows", "People");
  const mine = kit.the("list", /^Queue: Review, Writer$/);
  await kit.until(() => expect(tiles(mine)).toEqual(["Task 1", "Task 2", "Task 3"]));
  (await kit.find("link", "Task 3", board)).focus();
  await kit.user.keyboard("{ArrowDown}");
  await kit.until(async () =>
    expect(await kit.find("link", "Task of nobody", board)).toHaveFocus(),
  );
  await kit.user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  await kit.find("link", "Task of nobody", kit.the("list", "In progress, no one"));
  await kit.eventually(async () => (await team.find("Task of nobody")).column_id, team.columns[1]);
  const address = location.pathname;
  await kit.leave();
  localStorage.setItem(`kadence.rows.${team.uid}`, "person");
  kit.open(address);
  await kit.find("list", "In progress, no one");
});

test("a card is added where it will be, with what stands there", async () => {
  await kit.choose("Rows", "People");
  await kit.find("list", "In progress, Writer");
  await kit.press("Add card: In progress, Writer");
  await kit.user.keyboard("Task by hand =5{Enter}Task again{Enter}{Escape}");
  await kit.find("link", "Task by hand", kit.the("list", "In progress, Writer"));
  await kit.find("link", "Task again", board);
  const made = await team.find("Task by hand");
  expect([made.size, made.column_id]).toEqual([5, team.columns[1]]);
  expect(await team.members("Task by hand")).toEqual(["Writer"]);
  await kit.eventually(async () => (await team.inside(sprint)).length, 5);
  await kit.press("Undo Ctrl Z");
  await kit.gone("link", "Task again", board);
  await kit.eventually(async () => (await team.inside(sprint)).length, 4);
});

test("several are moved on at once, and into another iteration and back", async () => {
  (await kit.find("link", "Task 1", board)).focus();
  await kit.user.keyboard("{Shift>}{ArrowDown}{/Shift}");
  await kit.text("2 selected · 3");
  await kit.user.keyboard("3");
  const done = kit.the("list", "Done, Upper");
  await kit.until(() => expect(tiles(done)).toEqual(["Task 1", "Task 2"]));
  await kit.eventually(async () => (await team.find("Task 2")).state, 3);
  await kit.user.keyboard("{Control>}z{/Control}");
  await kit.until(() => expect(tiles(kit.the("list", "Queue: Review, Upper"))).toHaveLength(3));
  await kit.take("Move to", /^Next sprint/);
  await kit.eventually(() => team.inside(team.next), ["Task 1", "Task 2"]);
  await kit.until(() => expect(tiles()).toEqual(["Task 3"]));
  await kit.press("Undo Ctrl Z");
  await kit.eventually(() => team.inside(sprint), ["Task 1", "Task 2", "Task 3"]);
  await kit.until(() => expect(tiles()).toHaveLength(3));
});
