// The card's dialog on an iteration's board: edited, moved, commented, undone, without a server.
import { beforeEach, expect, test } from "vitest";
import * as kit from "../testing/kit";
import { Team, call, people, type Card, type Iteration } from "../testing/team";

let team: Team;
let sprint: Iteration;
beforeEach(async () => {
  team = await Team.make();
  sprint = await team.sprint();
  kit.open(`/spaces/${team.uid}/iterations/${sprint.id}`);
  await kit.find("link", "Task 3");
});
const inColumn = (column: string) => () =>
  Promise.resolve(
    kit.all("link", undefined, kit.the("list", `${column}, Upper`)).map((link) => kit.words(link)),
  );

async function openCard(title: string): Promise<void> {
  await kit.user.click(await kit.find("link", title));
  await kit.until(async () => expect(await kit.field("Title", kit.dialog)).toHaveValue(title));
}
async function addTag(name: string): Promise<void> {
  await kit.fill("Add tag", name);
  await kit.user.keyboard("{Enter}");
}

test("a card is put first or last without dragging", async () => {
  await openCard("Task 3");
  await kit.press("To the top");
  await kit.eventually(inColumn("Queue: Review"), ["Task 3", "Task 1", "Task 2"]);
  await kit.press("To the bottom");
  await kit.eventually(inColumn("Queue: Review"), ["Task 1", "Task 2", "Task 3"]);
});

test("a card is saved when the server is back", async () => {
  await openCard("Task 2");
  kit.goOffline();
  await kit.fill("Title", "Typed in a tunnel", kit.dialog);
  await kit.press("Save", kit.dialog);
  await kit.shows("alert", "Offline", kit.dialog);
  expect(await kit.field("Title", kit.dialog)).toHaveValue("Typed in a tunnel");
  expect(await team.titles()).toContain("Task 2");
  kit.goOnline();
  await kit.until(async () => expect(await team.titles()).toContain("Typed in a tunnel"));
  await kit.gone("alert");
});

test("what was given up without the server is not done later", async () => {
  await kit.press("Close iteration…");
  await kit.until(async () => expect(await kit.button("Close", kit.dialog)).toBeEnabled());
  kit.goOffline();
  await kit.press("Close", kit.dialog);
  await kit.shows("alert", "Offline", kit.dialog);
  await kit.press("Cancel", kit.dialog);
  kit.goOnline();
  // What was changed later has arrived, and so would have what was given up.
  await kit.gone("alert");
  (await kit.find("link", "Task 1")).focus();
  await kit.user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  await kit.eventually(async () => (await team.find("Task 1")).state, 2);
  expect((await call<Iteration>("GET", team.at(sprint))).status).toBe("active");
});

test("what was discarded without the server is not saved later", async () => {
  await openCard("Task 2");
  kit.goOffline();
  await kit.fill("Title", "Never mind", kit.dialog);
  await kit.press("Save", kit.dialog);
  await kit.until(async () => expect(await kit.field("Title", kit.dialog)).toBeDisabled());
  await kit.user.keyboard("{Escape}{Escape}{Escape}");
  await kit.press("Discard", kit.dialog);
  await kit.gone("dialog");
  kit.goOnline();
  await kit.gone("alert");
  (await kit.find("link", "Task 1")).focus();
  await kit.user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  await kit.eventually(async () => (await team.find("Task 1")).state, 2);
  expect(await team.titles()).toContain("Task 2");
  await kit.find("link", "Task 2");
});

test("a tag that is typed is not lost by closing", async () => {
  await openCard("Task 2");
  await kit.fill("Add tag", "urgent");
  await kit.press("Close", kit.dialog);
  await kit.shows("alert", "not saved", kit.dialog);
  await kit.user.click(await kit.field("Add tag"));
  await kit.user.keyboard("{Enter}");
  await kit.button("Remove urgent");
  await kit.press("Close", kit.dialog);
  await kit.gone("dialog");
  expect((await team.find("Task 2")).tags).toMatchObject([{ name: "urgent" }]);
});

test("members, tags and columns are changed at once, and all of it is undone", async () => {
  await openCard("Task 2");
  await kit.choose("Add member", "Admin");
  await kit.button("Remove Admin");
  await kit.press("Remove Writer");
  await kit.gone("button", "Remove Writer");
  await addTag("urgent");
  await kit.button("Remove urgent");
  await kit.choose("Status", "In progress");
  await kit.eventually(inColumn("In progress"), ["Task 2"]);
  await kit.eventually(async () => (await team.find("Task 2")).state, 2);
  expect(await team.find("Task 2")).toMatchObject({
    members: [{ full_name: "Admin" }],
    tags: [{ name: "urgent" }],
  });
  await kit.press("Archive", kit.dialog);
  await kit.button("Restore");
  await kit.press("Close", kit.dialog);
  const undo = await kit.button("Undo");
  for (let n = 0; n < 5; n++) await kit.user.click(undo);
  await kit.until(() => expect(undo).toBeDisabled());
  await kit.eventually(inColumn("Queue: Review"), ["Task 1", "Task 2", "Task 3"]);
  await kit.until(async () =>
    expect(await team.find("Task 2")).toMatchObject({
      members: [{ full_name: "Writer" }],
      tags: [],
    }),
  );
});

test("a tag beside what is typed is no conflict", async () => {
  await openCard("Task 2");
  await kit.fill("Description", "Half of it", kit.dialog);
  await addTag("urgent");
  await kit.button("Remove urgent");
  // What is typed next goes into the field, and not to the page behind.
  await kit.user.keyboard("now");
  expect(await kit.field("Add tag")).toHaveValue("now");
  await kit.press("Save", kit.dialog);
  await kit.eventually(async () => (await team.find("Task 2")).description, "Half of it");
  expect(kit.all("alert")).toEqual([]);
});

test("comments come and go", async () => {
  await openCard("Task 2");
  await kit.fill("Comment", "Is it still true?", kit.dialog);
  await kit.press("Add comment");
  await kit.shows("article", "Is it still true?");
  const card = await team.find("Task 2");
  await call("POST", `/cards/${card.id}/comments`, { text: "Yes" }, "admin");
  await kit.until(() => expect(kit.all("article")).toHaveLength(2));
  const [mine, theirs] = kit.all("article") as [HTMLElement, HTMLElement];
  expect(theirs).toHaveTextContent("Yes");
  expect(kit.all("button", undefined, () => theirs)).toEqual([]);
  const remove = () => kit.button("Remove", () => mine);
  await kit.user.click(await remove());
  await kit.button("Remove");
  await kit.press("Cancel", () => mine);
  // A double click is no answer.
  await kit.user.dblClick(await remove());
  expect(kit.all("article")).toHaveLength(2);
  await kit.press("Remove");
  await kit.until(() => expect(kit.all("article")).toHaveLength(1));
  expect(kit.all("article")[0]).toHaveTextContent("Yes");
});

test("a card lists the iterations it was in", async () => {
  await openCard("Task 2");
  await kit.shows("listitem", /Running.*since/, kit.the("region", "Iterations"));
});

test("going back from a closed card does not open it again", async () => {
  const address = location.href;
  await openCard("Task 2");
  expect(location.search).toMatch(/^\?card=\d+$/);
  await kit.user.keyboard("{Escape}");
  await kit.gone("dialog");
  expect(await kit.find("link", "Task 2")).toHaveFocus();
  history.back();
  await kit.until(() => expect(location.href).toBe(address));
  expect(kit.all("dialog")).toEqual([]);
});

test("a card of another space is not shown", async () => {
  const other = await Team.make();
  await call("DELETE", `/spaces/${other.id}/users/${people.writer.id}`, undefined, "owner");
  const [card] = await call<Card[]>("GET", `/cards?space_id=${other.id}`, undefined, "owner");
  await kit.leave();
  kit.open(`/spaces/${team.uid}/plan?card=${card?.id}`);
  await kit.find("alert", undefined, kit.dialog);
  expect(kit.all("textbox", "Title")).toEqual([]);
  await kit.press("Close", kit.dialog);
  await kit.until(() => expect(location.search).toBe(""));
});
