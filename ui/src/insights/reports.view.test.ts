// The reports: counted in two ways, of one iteration or another, given on as links and files.
import { beforeEach, expect, test } from "vitest";
import * as kit from "../testing/kit";
import { Team, call } from "../testing/team";
import { outside } from "../testing/browser";

/** The three bytes by which a spreadsheet knows UTF-8, read as Latin-1. */
const BOM = "\u00ef\u00bb\u00bf";
let team: Team;
beforeEach(async () => {
  team = await Team.make();
  const first = await team.plan("First");
  const five = await team.card("Five", { size_text: "5" });
  await team.put(first, five, await team.card("Left", { size_text: "3" }));
  await team.start(first);
  await team.change(five, { column_id: team.columns[2] });
  await team.close(first);
  const second = await team.plan("Second");
  const two = await team.card("Two", { size_text: "2" });
  await team.put(second, two, await team.card("Four", { size_text: "4" }));
  await team.start(second);
  await team.change(two, { column_id: team.columns[2] });
  kit.open(`/spaces/${team.uid}/reports`);
  await kit.find("heading", "Burndown");
});
const figure = (name: string) => kit.the("figure", name);
const drawn = (name: string, words: string | RegExp) =>
  kit.until(() => expect(figure(name)().querySelector("svg")).toHaveTextContent(words));

test("it can be counted in cards, and of another iteration", async () => {
  await kit.choose("Counted in", "Cards");
  expect(location.search).toContain("unit=count");
  await kit.user.click(await kit.text("Table", figure("Burnup")));
  const last = () => kit.words(kit.all("row", undefined, figure("Burnup")).at(-1) as HTMLElement);
  await kit.until(() => expect(last()).toMatch(/1(–|[\d.]+)12$/));
  await kit.choose("Iteration", "First (closed)");
  expect(location.search).toContain("iteration=");
  await drawn("Burndown", "First");
  // What is over is not forecast.
  await kit.gone("heading", "Forecast");
  await kit.reload();
  await drawn("Burndown", "First");
  history.back();
  await drawn("Burndown", "Second");
});

test("what others do is drawn anew", async () => {
  await drawn("Burnup", "4 of 6 remaining");
  await team.change(await team.find("Four"), { column_id: team.columns[2] });
  await drawn("Burnup", "0 of 6 remaining");
});

test("a chart's link opens without signing in, until it is revoked", async () => {
  await drawn("Burndown", "Second");
  await kit.press("Copy public link", figure("Burndown"));
  await kit.button("Copied", figure("Burndown"));
  const link = await navigator.clipboard.readText();
  expect((await outside(link)).headers.get("content-type")).toMatch(/^image\/svg\+xml/);
  await kit.pick("Space: ", "Settings");
  const links = kit.the("region", "Public links");
  await kit.press("Revoke Burndown: Second", links);
  await kit.press("Revoke Burndown: Second", links);
  await kit.until(() => expect(links()).not.toHaveTextContent("Burndown: Second"));
  expect((await outside(link)).status).toBe(404);
});

test("charts are saved as files", async () => {
  for (const [name, kind, begins, called] of [
    ["Burndown", "PNG", "\u0089PNG", "Burndown, Second.png"],
    ["Burnup", "CSV", BOM + "at,cause,", "Burnup, Second.csv"],
    ["Cumulative flow", "CSV", BOM + "day,queued,", "Cumulative flow, Second.csv"],
    ["Velocity", "CSV", BOM + "id,title,", "Velocity.csv"],
    ["Forecast", "CSV", BOM + "day,chance\r\n", "Forecast, Second.csv"],
  ] as const) {
    await drawn(name, /./);
    const link = (await kit.find("link", kind, figure(name))) as HTMLAnchorElement;
    expect(link.download).toBe(called);
    const file = await (await fetch(link.getAttribute("href") ?? "")).arrayBuffer();
    expect(Buffer.from(file).toString("latin1").slice(0, begins.length)).toBe(begins);
    expect(file.byteLength).toBeGreaterThanOrEqual(begins.length);
  }
});

test("without iterations the way to them is shown", async () => {
  const made = await call<{ uid: string }>("POST", "/spaces", { title: "New" });
  await kit.leave();
  kit.open(`/spaces/${made.uid}/reports`);
  await kit.text("There are no iterations yet");
});
