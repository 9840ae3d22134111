// People: letting several in, who is not in yet, who they say they are, and what is told of it.
import { expect, test } from "vitest";
import { i18n } from "../lib/i18n.svelte";
import { outside } from "../testing/browser";
import * as kit from "../testing/kit";
import { call, own, people } from "../testing/team";

const part = (name: string) => kit.the("region", name);

test("several are invited at once, each with a link of their own", async () => {
  kit.open("/people", "owner");
  await kit.find("heading", "People");
  await kit.fill(
    "E-mail addresses",
    `Ann Lee <ann.lee@home.example>, ben@home.example; ${people.owner.email}`,
  );
  await kit.press("Make 3 links");
  const ann = await kit.field(/^Link for Ann Lee, valid once, until /);
  const ben = await kit.field(/^Link for ben, valid once, until /);
  expect(ann.value).toMatch(/\/enter#kdn_/);
  expect(ann.value).not.toBe(ben.value);
  // Only whoever runs the server lets an owner in: the others have their links all the same.
  await kit.shows("alert", /owner@home\.example: /);
  expect((await kit.field("E-mail addresses")).value).toBe(people.owner.email);
  await kit.text(/ann\.lee@home\.example/, part("Invited, not yet in"));
});

test("a link is made anew, and an invitation withdrawn", async () => {
  await own("POST", "/invitations", { email: "cleo@home.example" }, "owner");
  kit.open("/people", "owner");
  await kit.press("New link cleo", part("Invited, not yet in"));
  await kit.field(/^Link for cleo, valid once, until /);
  await kit.press("Withdraw cleo", part("Invited, not yet in"));
  await kit.press("Withdraw cleo", part("Invited, not yet in"));
  await kit.gone("button", "Withdraw cleo");
  const found = await call<{ activated: boolean }[]>(
    "GET",
    "/users?query=cleo@&include_inactive=1",
    undefined,
    "owner",
  );
  expect(found.map((one) => one.activated)).toEqual([false]);
});

test("an owner puts a name right", async () => {
  kit.open("/people", "owner");
  await kit.press("Edit Stranger");
  await kit.fill("Name", "Dora Strange");
  await kit.press("Save");
  await kit.press("Edit Dora Strange");
  await kit.fill("E-mail address", people.reader.email);
  await kit.press("Save");
  await kit.shows("alert", "There is already a person with this address.");
  await kit.fill("E-mail address", people.stranger.email);
  await kit.fill("Name", "Stranger");
  await kit.press("Save");
  await kit.find("button", "Edit Stranger");
});

test("who comes for the first time says who they are, and is asked for a password", async () => {
  const body = { email: "emil@home.example" };
  const { path } = await own<{ path: string }>("POST", "/invitations", body, "owner");
  kit.open(path, "");
  await kit.press("Sign in");
  await kit.fill("Your name, as others see it", "Emil Ek");
  await kit.fill("Choose a password", "correct horse battery");
  await kit.press("Save and begin");
  await kit.find("heading", "Spaces");
  await kit.button("Account and settings of Emil Ek");
  const found = await call<{ full_name: string; lng: string; timezone: string }[]>(
    "GET",
    "/users?query=emil@",
  );
  expect(found[0]).toMatchObject({ full_name: "Emil Ek", lng: "en" });
  expect(found[0]?.timezone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test("one's own profile is changed, and the language goes with the person", async () => {
  const body = { email: "finn@home.example", full_name: "Finn" };
  const { path } = await own<{ path: string }>("POST", "/invitations", body, "owner");
  kit.open(path, "");
  await kit.press("Sign in");
  await kit.find("heading", "Welcome to kadence");
  await kit.pick("Account and settings of Finn", "Account");
  await kit.fill("Name", "Finn Ford");
  await kit.choose("Language", "Русский", kit.the("form", "Profile"));
  await kit.choose("Time zone", "Asia/Tokyo");
  await kit.press("Save");
  await kit.button(/Finn Ford$/);
  await kit.find("heading", "Профиль");
  await i18n.speak("en");
});

test("one erases oneself after writing one's address", async () => {
  const body = { email: "gus@home.example", full_name: "Gus" };
  const { path } = await own<{ path: string }>("POST", "/invitations", body, "owner");
  kit.open(path, "");
  await kit.press("Sign in");
  await kit.find("heading", "Welcome to kadence");
  await kit.pick("Account and settings of Gus", "Account");
  const link = await kit.find("link", "Download all of it");
  expect(link.getAttribute("href")).toBe("/api/kadence/v1/session/data");
  await kit.press("Erase it");
  await kit.fill(/write your address: gus@home.example/, "someone@home.example");
  await kit.press("Erase my data");
  await kit.shows("alert", "That is not your own address.");
  await kit.fill(/write your address: gus@home.example/, "gus@home.example");
  await kit.press("Erase my data");
  await kit.find("button", "Sign in");
  expect(await call("GET", "/users?query=gus@&include_inactive=1")).toEqual([]);
});

test("the audit log tells in the reader's words", async () => {
  await own("POST", "/invitations", { email: "hana@home.example", full_name: "Hana" }, "owner");
  const wrong = { email: "hana@home.example", password: "wrong wrong wrong" };
  await outside("/api/kadence/v1/session", { method: "POST", body: JSON.stringify(wrong) });
  kit.open("/people", "owner");
  await kit.visit("Audit log");
  await kit.text("Owner of Home made a one-time link for Hana");
  await kit.text("Somebody failed to sign in as Hana");
});

test("who is no owner is led neither to people nor to the audit log", async () => {
  kit.open("/", "reader");
  await kit.find("heading", "Spaces");
  expect(kit.all("link", "People")).toEqual([]);
  kit.open("/audit", "reader");
  await kit.shows("alert", "Not found, or you have no access.");
});
