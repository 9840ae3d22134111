// The plan: moves by keys and buttons, capacity, steps of an iteration, undo and focus.
import { beforeEach, expect, test } from "vitest";
import * as kit from "../testing/kit";
import { Team, call, type Iteration } from "../testing/team";

let team: Team;
beforeEach(async () => {
  team = await Team.make();
  kit.open(`/spaces/${team.uid}/plan`);
  await story(5);
});
const story = (n: number) => kit.find("option", new RegExp(`Story ${n}`));
const next = kit.the("region", "Next sprint");
const nextList = kit.listed("Next sprint");

/** Select stories by keyboard. */
async function select(...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    (await story(number)).focus();
    await kit.user.keyboard(" ");
  }
}
async function moveToNext(...numbers: number[]): Promise<void> {
  await select(...numbers);
  await kit.take("Move to", /Next sprint/);
  await kit.until(async () => expect(await nextList()).toContain(`Story ${numbers[0]}`));
}

test("what is selected in the backlog is meant for an iteration", async () => {
  await kit.user.click(await story(2));
  await kit.press("Move to");
  await kit.user.keyboard("{Enter}");
  await kit.until(async () => expect(await kit.listed("Backlog")()).not.toContain("Story 2"));
});

test("the next iterations are proposed and made", async () => {
  await kit.press("New iteration");
  // Those that are there end on a Friday, 13 March.
  await kit.until(async () => expect(await kit.field("First day")).toHaveValue("2026-03-16"));
  expect(await kit.field("Last day")).toHaveValue("2026-03-27");
  const title = await kit.field("Title", kit.dialog);
  expect(document.activeElement).toBe(title);
  expect([title.selectionStart, title.selectionEnd]).toEqual([0, title.value.length]);
  await kit.text("10 working days", kit.dialog);
  await kit.user.keyboard("{Alt>}1{/Alt}");
  expect(await kit.field("Last day")).toHaveValue("2026-03-20");
  await kit.press("2 weeks", kit.dialog);
  expect(await kit.field("Last day")).toHaveValue("2026-03-27");
  await kit.fill("Title", "Sprint 7", kit.dialog);
  await kit.fill("Number of", "2");
  await kit.press("Create 2 iterations");
  await kit.find("region", "Sprint 8");
  const made = await call<Iteration[]>("GET", team.iterations);
  expect(made.find((one) => one.title === "Sprint 8")).toMatchObject({
    start_date: "2026-03-30T00:00:00.000Z",
    finish_date: "2026-04-10T00:00:00.000Z",
  });
});

test("a capacity is typed, and what is over is said", async () => {
  await moveToNext(5);
  await kit.fill("Capacity", "3", next);
  await kit.user.tab();
  await kit.text("2 over", next);
  await kit.eventually(() => team.capacity(team.next), 3);
  await kit.reload();
  await kit.until(async () => expect(await kit.field("Capacity", next)).toHaveValue(3));
});

test("a negative capacity is refused", async () => {
  await kit.fill("Capacity", "-3", next);
  await kit.user.tab();
  await kit.shows("alert", "This must be at least 0.");
  await kit.fill("Capacity", "3", next);
  await kit.user.tab();
  await kit.gone("alert");
  await kit.eventually(() => team.capacity(team.next), 3);
});

test("all of a list are selected by a key", async () => {
  await kit.fill("Search the backlog", "Story");
  (await story(2)).focus();
  await kit.user.keyboard("{Control>}a{/Control}");
  await kit.text("5 selected · 15");
  await kit.user.keyboard("m");
  expect(await kit.find("combobox", "Move to")).toHaveFocus();
});

test("what ends with an iteration does not end the undoing of the rest", async () => {
  (await story(1)).focus();
  await kit.user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await kit.fill("Capacity", "5", next);
  await kit.user.tab();
  await moveToNext(3);
  await kit.pick("More for Next sprint", "Delete iteration…");
  await kit.press("Delete", kit.dialog);
  await kit.gone("region", "Next sprint");
  // What opened the dialog is gone.
  await kit.until(() => expect(kit.all("heading", "Space")[0]).toHaveFocus());
  await kit.user.keyboard("{Control>}z{/Control}");
  await kit.until(async () => expect((await kit.listed("Backlog")())[0]).toBe("Story 1"));
  expect(await kit.button("Undo")).toBeDisabled();
  expect(kit.all("alert")).toEqual([]);
});

test("what is selected and gone is not counted", async () => {
  await select(1, 2);
  await kit.text("2 selected · 3");
  await team.change(await team.find("Story 1"), { condition: 2 });
  await kit.text("1 selected · 2");
});

test("the keys are listed", async () => {
  (await story(1)).focus();
  await kit.user.keyboard("?");
  await kit.text("Move a card up or down in its list", kit.dialog);
  await kit.user.keyboard("{Escape}");
  await kit.gone("dialog");
  (await story(1)).focus();
  await kit.user.keyboard("/");
  expect(await kit.field("Search the backlog")).toHaveFocus();
});

test("single keys can be switched off", async () => {
  await kit.user.keyboard("?");
  await kit.user.click(await kit.find("checkbox", "Single-key"));
  await kit.user.keyboard("{Escape}");
  await kit.gone("dialog");
  expect(localStorage.getItem("kadence.keys")).toBe("off");
  (await story(1)).focus();
  await kit.user.keyboard("n?");
  expect(kit.all("dialog")).toEqual([]);
  await kit.press("Keys and gestures");
  await kit.user.click(await kit.find("checkbox", "Single-key"));
  await kit.user.keyboard("{Escape}");
  await kit.gone("dialog");
  await kit.user.keyboard("n");
  await kit.find("dialog", "New iteration");
});

test("without dragging or keys cards are put in order", async () => {
  for (const n of [1, 2, 3]) await team.put(team.next, await team.find(`Story ${n}`));
  await kit.eventually(nextList, ["Story 1", "Story 2", "Story 3"]);
  await select(2, 3);
  await kit.press("Move up");
  await kit.eventually(nextList, ["Story 2", "Story 3", "Story 1"]);
  await kit.press("Move up");
  await kit.press("Move down");
  await kit.eventually(nextList, ["Story 1", "Story 2", "Story 3"]);
  await kit.eventually(() => team.inside(team.next), ["Story 1", "Story 2", "Story 3"]);
});

test("what cannot be started says why, and leads to what is missing", async () => {
  await call("POST", team.iterations, { title: "No dates" });
  await kit.press("Start iteration… No dates");
  await kit.shows("alert", "To be started it needs a first and a last day.");
  expect(await kit.button("Start", kit.dialog)).toBeDisabled();
  await kit.press("Set its dates");
  await kit.setDate("First day", "2026-03-16");
  await kit.setDate("Last day", "2026-03-27");
  await kit.press("Save", kit.dialog);
  await kit.gone("dialog");
  await kit.press("Start iteration… No dates");
  await kit.until(async () => expect(await kit.button("Start", kit.dialog)).toBeEnabled());
});

test("what is undone by keyboard keeps the focus", async () => {
  await select(2);
  await kit.user.keyboard("m");
  await kit.user.keyboard("next s{Enter}");
  await kit.eventually(nextList, ["Story 2"]);
  // What is next to do is where the card was.
  await kit.until(async () => expect(await story(3)).toHaveFocus());
  await kit.until(async () => expect(await story(3)).toHaveFocus());
  await kit.user.keyboard("{Control>}z{/Control}");
  await kit.eventually(nextList, []);
  await kit.until(async () => expect(await story(2)).toHaveFocus());
});
