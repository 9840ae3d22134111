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
