// The backlog of a plan: searched, typed and pasted, archived, in its order.
import { beforeEach, expect, test } from "vitest";
import * as kit from "../testing/kit";
import { Team, call, type Card } from "../testing/team";

let team: Team;
beforeEach(async () => {
  team = await Team.make();
  kit.open(`/spaces/${team.uid}/plan`);
  await kit.find("option", /Story 5/);
});
const LINES = /Add cards/;
const option = (name: string) => kit.find("option", new RegExp(name));

test("the sum of what is searched is shown", async () => {
  const backlog = await kit.find("region", "Backlog");
  await kit.fill("Search the backlog", "Story 4");
  await kit.until(() =>
    expect(backlog.querySelector("[data-sum]")).toHaveTextContent(/^1 of \d+ cards · 4 pts$/),
  );
});

test("what is searched for and stands in an iteration is named with it", async () => {
  await team.put(await team.plan("Sprint 9"), await team.card("Paint the door"));
  await kit.fill("Search the backlog", "paint the");
  const found = await kit.find("list", "In iterations");
  expect(kit.words(found)).toBe("Paint the door Sprint 9");
  await kit.text("Not in the backlog");
  await kit.fill("Search the backlog", "nothing like it");
  await kit.text("No matching cards");
  await kit.gone("list", "In iterations");
});

test("what is asked for comes back with the view", async () => {
  await kit.fill("Search the backlog", "Story 4");
  await kit.until(() => expect(location.search).toBe("?q=Story+4"));
  await kit.visit("Reports");
  await kit.find("heading", "Velocity");
  history.back();
  expect(await kit.field("Search the backlog")).toHaveValue("Story 4");
  await kit.gone("option", /Story 5/);
});

test("a spreadsheet is pasted with tags and members", async () => {
  await kit.paste(LINES, "Import\t3\tdata, slow\treader@home.example\nExport\t\t\tNobody Known");
  await kit.press("Add 2 cards");
  await kit.shows("alert", "Export was added without Nobody Known.");
  await option("Export");
  expect(await team.tags("Import")).toEqual(["data", "slow"]);
  expect(await team.members("Import")).toEqual(["Reader"]);
  expect(await team.find("Export")).toMatchObject({ size: null });
});

test("what is refused of a pasted card is named and hinders nothing else", async () => {
  const long = "x".repeat(1025);
  const lines = await kit.paste(
    LINES,
    `Import\t3\t${long.slice(0, 300)}, slow\tReader\n${long}\nAfter it`,
  );
  await kit.press("Add 3 cards");
  await kit.shows("alert", /Import was added without x{40}…/);
  await kit.shows("alert", /x{40}…: That is too long: 1,024 characters at most\./);
  expect(lines).toHaveValue(`${long}\nAfter it`);
  // It is there until it has been seen, whatever is typed and added meanwhile.
  await kit.paste(LINES, "Something else");
  await kit.user.keyboard("{Enter}");
  await option("Something else");
  await kit.shows("alert", "Import was added");
  await kit.press("Close", kit.the("alert"));
  await kit.gone("alert");
  expect(await team.tags("Import")).toEqual(["slow"]);
  expect(await team.members("Import")).toEqual(["Reader"]);
});

test("a done card that leaves its iteration is not in the backlog", async () => {
  const made = await team.card("Made", { column_id: team.columns[2], size_text: "3" });
  await team.put(team.next, made);
  await kit.press("1 done · 3 pts");
  await kit.user.click(await option("Made"));
  await kit.take("Move to", /Backlog/);
  await kit.text("1 done card left the iteration");
  await kit.gone("option", /Made/);
  await kit.press("Undo");
  await kit.eventually(kit.listed("Next sprint"), ["Made"]);
  expect(kit.all("status", /1 done card left/)).toEqual([]);
  await kit.eventually(() => team.inside(team.next), ["Made"]);
});

test("what a closed iteration left over says so", async () => {
  const old = await team.plan("Old sprint");
  await team.put(old, await team.card("Not finished", { size_text: "2" }));
  await team.start(old);
  await team.close(old);
  await kit.reload();
  await kit.shows("option", /Not finished.*from Old sprint/);
});

test("what is archived is found and brought back", async () => {
  for (const title of ["Old idea", "Older idea"])
    await team.change(await team.card(title), { condition: 2 });
  await kit.press("Archive");
  const dialog = kit.the("dialog", "Archived cards");
  await kit.find("dialog", "Archived cards");
  const archived = () =>
    Promise.resolve(
      kit.all("listitem", undefined, dialog).map((row) => row.querySelector("a")?.textContent),
    );
  await kit.eventually(archived, ["Older idea", "Old idea"]);
  await kit.fill("Search the archive", "OLDER", dialog);
  await kit.press("Search", dialog);
  await kit.eventually(archived, ["Older idea"]);
  await kit.press("Restore Older idea", dialog);
  await kit.text("No matching cards", dialog);
  await kit.press("Close", dialog);
  await option("Older idea");
  await kit.press("Undo");
  await kit.gone("option", /Older idea/);
  await kit.press("Archive");
  await kit.user.click(await kit.find("link", "Older idea"));
  await kit.until(() => expect(kit.all("dialog")).toHaveLength(1));
  await kit.button("Restore");
});

test("the backlog keeps its order among cards of several columns", async () => {
  for (let n = 1; n <= 3; n++) await team.card(`Begun ${n}`, { column_id: team.columns[1] });
  await option("Begun 3");
  await kit.reload();
  await option("Begun 3");
  const before = await kit.listed("Backlog")();
  for (const [title, by] of [
    ["Story 5", 1],
    ["Begun 3", -1],
    ["Begun 3", -1],
  ] as const) {
    (await option(title)).focus();
    await kit.user.keyboard(by < 0 ? "{Alt>}{ArrowUp}{/Alt}" : "{Alt>}{ArrowDown}{/Alt}");
  }
  const order = await kit.listed("Backlog")();
  expect(order).not.toEqual(before);
  expect(order.indexOf("Begun 1")).toBeLessThan(order.indexOf("Story 5"));
  const path = `/cards?space_id=${team.id}&iteration_id=none&states=1,2&order_by=sort_order`;
  await kit.eventually(
    async () => (await call<Card[]>("GET", path)).map((card) => card.title),
    order,
  );
  await kit.reload();
  await option("Story 5");
  expect(await kit.listed("Backlog")()).toEqual(order);
});

test("what lines will become is shown, and the adding is undone", async () => {
  await kit.paste(LINES, "Fix bug 404 =3\nMeasure\tXL\tslow\nBug #7");
  const preview = await kit.find("list", "What will be added");
  expect([...preview.children].map(kit.words)).toEqual([
    "Fix bug 404 Size 3",
    "Measure slow Size XL unsized",
    "Bug #7 no size–",
  ]);
  await kit.text("3 cards · 3 pts");
  const before = await team.titles();
  await kit.user.keyboard("{Enter}");
  await option("Bug #7");
  await kit.gone("list", "What will be added");
  await kit.press("Undo");
  await kit.gone("option", /Bug #7/);
  await kit.eventually(() => team.titles(), before);
});

test("who is not in the space is named before cards are made", async () => {
  await kit.paste(LINES, "One\t1\t\tReader\nTwo\t2\t\tNobody");
  const warning = await kit.text(/No member named Nobody. These cards will be unassigned/);
  await kit.paste(LINES, "One\t1\t\treader@home.example");
  await kit.until(() => expect(warning).not.toBeInTheDocument());
});

test("lines typed while others are on their way are lines of their own", async () => {
  const letGo = kit.hold(/\/api\/latest\/cards$/);
  await kit.user.click(await kit.field(LINES));
  await kit.user.keyboard("Alpha =1{Enter}Beta (2){Enter}Gamma =3{Enter}");
  await kit.text("3 cards are being added…");
  // What is on its way goes on in another view, and is not there twice.
  await kit.visit("Reports");
  await kit.find("heading", "Velocity");
  await kit.visit("Plan");
  expect(await kit.field(LINES)).toHaveValue("");
  letGo();
  await option("Gamma");
  const made = (await team.titles()).filter((title) => /Alpha|Beta|Gamma/.test(title));
  expect(made).toEqual(["Alpha", "Beta", "Gamma"]);
  expect(sessionStorage).toHaveLength(0);
});

test("what is undone while it is made is taken back when it is there", async () => {
  const before = await team.titles();
  await kit.paste(LINES, Array.from({ length: 8 }, (_, n) => `Line ${n}`).join("\n"));
  await kit.user.keyboard("{Enter}");
  await option("Line 7");
  await kit.press("Undo");
  await kit.eventually(() => team.titles(), before);
});

test("a line that is refused stays, and none is made twice", async () => {
  kit.refuse("POST", /\/api\/latest\/cards$/, "Not this one", '"Second"');
  const lines = await kit.paste(LINES, "First =1\nSecond =2\nThird =3");
  await kit.user.keyboard("{Enter}");
  await kit.shows("alert", "Not this one");
  expect(lines).toHaveValue("Second =2\nThird =3");
  kit.goOnline();
  await kit.user.keyboard("{Enter}");
  await option("Third");
  const made = (await team.titles()).filter((title) => /First|Second|Third/.test(title));
  expect(made.sort()).toEqual(["First", "Second", "Third"]);
});

test("a card says what its size counts as", async () => {
  await kit.user.dblClick(await option("Story 2"));
  await kit.fill("Size", "2,5", kit.dialog);
  await kit.shows("status", "Counts as 2.5.");
});
