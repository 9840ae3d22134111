// A space's settings: its title, members, working calendar and signed links.
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "../lib/api";
import { network } from "../testing/browser";
import * as kit from "../testing/kit";
import { Team, call, own, statusOf } from "../testing/team";

type Space = Schemas["SpaceAnswer"];

let team: Team;
beforeEach(async () => {
  team = await Team.make();
});
async function openAs(who: string): Promise<void> {
  kit.open(`/spaces/${team.uid}/settings`, who);
  await kit.find("heading", "Working calendar");
}
const members = kit.the("region", "Members");
const links = kit.the("region", "Public links");
const saves = () => kit.all("button", "Save");
const option = (field: HTMLElement, name: string) =>
  [...field.querySelectorAll("option")].find((one) => kit.words(one) === name);

test("only who made a link or an admin can revoke it, and its maker alone opens it", async () => {
  await own("POST", `/spaces/${team.uid}/links`, { shows: "velocity" }, "admin");
  await own("POST", `/spaces/${team.uid}/links`, { shows: "iterations" }, "writer");
  await openAs("admin");
  await kit.button("Revoke Velocity", links);
  await kit.button("Revoke Iterations for a calendar", links);
  await kit.leave();
  await openAs("writer");
  await kit.button("Revoke Iterations for a calendar", links);
  await kit.find("link", "Iterations for a calendar", links);
  await kit.until(() => expect(links()).toHaveTextContent("Velocity"));
  expect(kit.all("link", "Velocity")).toEqual([]);
  expect(kit.all("button", "Revoke Velocity")).toEqual([]);
});

test("the title is changed", async () => {
  await openAs("admin");
  await kit.fill("Title", "Renamed");
  await kit.user.click(saves()[0] as HTMLElement);
  await kit.find("heading", "Renamed");
  expect((await call<Space>("GET", `/spaces/${team.id}`)).title).toBe("Renamed");
  // By somebody else, too.
  await call("PATCH", `/spaces/${team.id}`, { title: "Once more" }, "owner");
  await kit.find("heading", "Once more");
});

test("what everybody may do is shown and set", async () => {
  await openAs("admin");
  const everybody = await kit.field("Role: Everybody else");
  expect(everybody).toHaveDisplayValue("no access");
  await kit.until(() => expect(option(everybody, "Editor")).toBeEnabled());
  await kit.user.selectOptions(everybody, "Editor");
  // Nobody has less than everybody, whatever is kept of them.
  await kit.until(() => expect(members()).toHaveTextContent("Editor (default)"));
  const reader = await kit.field("Role: Reader");
  expect(reader).toHaveDisplayValue("Viewer");
  expect(option(reader, "Viewer")).toBeDisabled();
  const shown = await call<Space>("GET", `/spaces/${team.id}`, undefined, "stranger");
  expect(shown.access).toBe("for_everyone");
  await kit.user.selectOptions(await kit.field("Role: Everybody else"), "no access");
  await kit.until(() => expect(members()).not.toHaveTextContent("(default)"));
  expect(await statusOf(`/spaces/${team.id}`, "stranger")).toBe(404);
});

test("who is an admin like everybody cannot shut themselves out", async () => {
  const everybody = { access: "for_everyone", for_everyone_access_role_id: 3 };
  await call("PATCH", `/spaces/${team.id}`, everybody, "admin");
  await openAs("stranger");
  const offered = await kit.field("Role: Everybody else");
  expect(offered).toHaveDisplayValue("Admin");
  for (const role of ["no access", "Viewer", "Editor"])
    expect(option(offered, role)).toBeDisabled();
});

test("an owner gets a link for somebody new", async () => {
  await openAs("owner");
  const email = `newcomer-${team.id}@home.example`;
  await kit.fill("E-mail address", email, members);
  await kit.press("Add", members);
  const link = (await kit.find("textbox", /link/i, members)) as HTMLInputElement;
  expect(link.value).toMatch(/\/enter#/);
  await kit.leave();
  network.cookie = "";
  // They are quicker than the answer that nobody is signed in.
  const answer = kit.holdAnswers(/\/session$/);
  kit.open(new URL(link.value).pathname + new URL(link.value).hash, "");
  await kit.press("Sign in", kit.the("main"));
  await kit.button(/^Account and settings of/);
  answer();
  await kit.field("Choose a password");
  const found = await call<{ email: string }[]>(
    "GET",
    `/spaces/${team.id}/users`,
    undefined,
    "owner",
  );
  expect(found.map((one) => one.email)).toContain(email);
  expect(kit.all("dialog")).toEqual([]);
});

test("who was deactivated is let in again, with a link", async () => {
  await openAs("owner");
  await kit.fill("E-mail address", "deactivated@home.example", members);
  await kit.press("Add", members);
  const link = (await kit.find("textbox", /link/i, members)) as HTMLInputElement;
  expect(link.value).toMatch(/\/enter#/);
  await kit.until(() => expect(members()).toHaveTextContent("Deactivated"));
});

test("two admins change the calendar beside each other", async () => {
  await openAs("admin");
  await kit.user.click(await kit.find("checkbox", "Fri"));
  const path = `/spaces/${team.uid}/calendar`;
  await own("PATCH", path, { days_off: ["2026-05-04"] }, "owner");
  await kit.user.click(saves()[1] as HTMLElement);
  const calendar = () => own<Schemas["CalendarAnswer"]>("GET", path);
  await kit.eventually(async () => (await calendar()).weekdays, [1, 2, 3, 4]);
  expect((await calendar()).days_off).toEqual(["2026-05-04"]);
  await kit.text(/^4 May/);
});

test("a reader sees the settings and changes nothing", async () => {
  await openAs("reader");
  expect(await kit.field("Title")).toBeDisabled();
  expect(await kit.field("Time zone")).toBeDisabled();
  for (const name of ["Save", "Add", "Remove"])
    for (const found of kit.all("button", name)) expect(found).toBeDisabled();
  await kit.until(() => expect(members()).toHaveTextContent("reader@home.example"));
  expect(kit.all("heading", "Public links")).toEqual([]);
});

test("settings that are typed are not lost by another view", async () => {
  await openAs("admin");
  await kit.fill("Title", "Renamed by half");
  await kit.user.click(await kit.find("checkbox", "Mon"));
  await kit.visit("Plan");
  await kit.shows("alert", "not saved");
  expect(location.pathname).toMatch(/settings$/);
  await kit.press("Discard");
  expect(await kit.field("Title")).toHaveValue("Space");
  await kit.visit("Plan");
  await kit.press("Discard");
  expect(await kit.find("checkbox", "Mon")).toBeChecked();
  await kit.visit("Plan");
  await kit.find("heading", "Backlog");
});
