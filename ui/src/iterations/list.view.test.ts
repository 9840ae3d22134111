// A space's list of iterations: their steps, their days, and what a form refuses.
import { beforeEach, expect, test } from "vitest";
import { i18n } from "../lib/i18n.svelte";
import * as kit from "../testing/kit";
import { Team, call, own, type Iteration } from "../testing/team";

let team: Team;
beforeEach(async () => {
  team = await Team.make();
});
async function openList(who = "admin"): Promise<void> {
  kit.open(`/spaces/${team.uid}/iterations`, who);
  await kit.find("heading", "Planned");
}
const planned = kit.the("region", "Planned");

test("what is planned is measured by what the team said", async () => {
  const made = await team.plan("With capacity");
  await team.put(made, await team.card("Large", { size_text: "8" }));
  await own("PATCH", `/spaces/${team.uid}/iterations/${made.id}/capacity`, { capacity: 20 });
  await openList();
  await kit.shows("listitem", /With capacity.*1 card · 8 pts of 20 pts/);
});

test("an iteration is edited, started, closed and deleted from the list", async () => {
  await openList();
  await kit.pick("More for Next sprint", "Edit");
  await kit.fill("Goal", "Something small");
  await kit.press("Save");
  await kit.text("Something small", planned);
  await kit.press("Start iteration… Next sprint");
  await kit.press("Start", kit.dialog);
  await kit.find("heading", "Next sprint", kit.the("region", "Active"));
  await kit.press("Close iteration… Next sprint");
  await kit.press("Close", kit.dialog);
  await kit.find("heading", "Next sprint", kit.the("region", "Closed"));
  await kit.pick("More for Sprint", "Delete iteration…");
  await kit.text("1 card (3 pts) moves to Backlog", kit.dialog);
  await kit.press("Delete", kit.dialog);
  await kit.gone("region", "Planned");
});

test("an edit is undone from the list", async () => {
  await openList();
  await kit.pick("More for Next sprint", "Edit");
  await kit.fill("Goal", "Another goal", kit.dialog);
  await kit.press("Save", kit.dialog);
  const goal = await kit.text("Another goal", planned);
  await kit.press("Undo");
  await kit.until(() => expect(goal).not.toBeInTheDocument());
  expect(kit.all("alert")).toEqual([]);
});

test("dates are the days that they were written as, in the zone of the space", async () => {
  const zone = { time_zone: "America/Los_Angeles" };
  await own("PATCH", `/spaces/${team.uid}/calendar`, zone, "owner");
  const dates = { start_date: "2026-04-01T00:00:00Z", finish_date: "2026-04-10" };
  const made = await call<Iteration>("POST", team.iterations, { title: "Odd", ...dates });
  await openList();
  await kit.shows("listitem", /Odd.*31 Mar.* – 10 Apr/);
  await kit.pick("More for Odd", "Edit");
  expect(await kit.field("First day")).toHaveValue("2026-03-31");
  await kit.setDate("First day", "2026-04-02");
  await kit.press("Save", kit.dialog);
  await kit.shows("listitem", /Odd.*, planned, 2.–.10 Apr/);
  await kit.press("Undo");
  await kit.shows("listitem", /Odd.*31 Mar.* – 10 Apr/);
  type Period = { iteration_id: string; first_day: string; last_day: string };
  const undone = await call<Iteration>("GET", team.at(made));
  expect(undone.start_date).toBe("2026-04-01T00:00:00.000Z");
  const periods = await own<Period[]>("GET", `/spaces/${team.uid}/periods`);
  expect(periods.find((one) => one.iteration_id === made.id)).toMatchObject({
    first_day: "2026-03-31",
    last_day: "2026-04-10",
  });
});

test("a space without a board is given one", async () => {
  const made = await call<{ uid: string }>("POST", "/spaces", { title: "Bare" }, "owner");
  kit.open(`/spaces/${made.uid}/plan`, "owner");
  await kit.text("This space has no board yet");
  await kit.press("Create a board");
  await kit.fill("Add cards", "A card");
  await kit.press("Add 1 card");
  await kit.find("option", /A card/);
});

test("many closed iterations are shown when they are asked for", async () => {
  for (let n = 0; n < 8; n++) await team.close(await team.start(await team.plan(`Old ${n}`)));
  await openList();
  const closed = () => kit.all("heading", /^Old/, kit.the("region", "Closed")).length;
  await kit.until(() => expect(closed()).toBe(6));
  await kit.press("Show all 8");
  await kit.until(() => expect(closed()).toBe(8));
});

test.each([
  [
    "en",
    "New iteration",
    "This must not be empty.",
    "The last day has to come after the first one: an iteration has at least two days.",
  ],
  [
    "ru",
    "Новая итерация",
    "Заполните поле",
    "Последний день должен быть позже первого: в итерации не меньше двух дней.",
  ],
] as const)("what a field does not take is said in %s", async (language, create, blank, order) => {
  await i18n.speak(language);
  kit.open(`/spaces/${team.uid}/iterations`);
  await kit.press(create);
  await kit.until(() => expect(kit.dialog().querySelectorAll("input")).toHaveLength(5));
  const [title, , first, last] = kit.dialog().querySelectorAll("input");
  if (!title || !first || !last) throw new Error("no such fields");
  const send = kit.dialog().querySelector("button.main") as HTMLElement;
  const set = async (input: HTMLInputElement, value: string) => {
    await kit.user.clear(input);
    await kit.user.type(input, value);
  };
  await set(title, "  ");
  await kit.user.click(send);
  expect(title.validationMessage).toBe(blank);
  await set(title, "Turned round");
  await set(first, "2026-05-20");
  await set(last, "2026-05-04");
  await kit.user.click(send);
  expect(first.validationMessage).toBe(order);
  // What is put right in one field is right in the other one too.
  await set(last, "2026-05-29");
  await kit.user.click(send);
  await kit.gone("dialog");
  const made = await call<Iteration[]>("GET", team.iterations);
  expect(made.map((one) => one.title)).toContain("Turned round");
  await i18n.speak("en");
});

test("days are those of the space's time zone", async () => {
  const zone = { time_zone: "Europe/Moscow" };
  await own("PATCH", `/spaces/${team.uid}/calendar`, zone, "admin");
  await team.plan("From Moscow", {
    start_date: "2026-05-03T21:00:00.000Z",
    finish_date: "2026-05-14T21:00:00.000Z",
  });
  await openList();
  await kit.shows("listitem", /From Moscow.*4.*15 May/);
  await kit.pick("More for From Moscow", "Edit");
  expect(await kit.field("First day")).toHaveValue("2026-05-04");
  expect(await kit.field("Last day")).toHaveValue("2026-05-15");
  await kit.press("Cancel");
  await kit.press("New iteration");
  await kit.until(async () => expect(await kit.field("First day")).toHaveValue("2026-05-18"));
});
