// Getting in, and what is one's own: tokens, a first space.
import { expect, test } from "vitest";
import { outside } from "../testing/browser";
import * as kit from "../testing/kit";
import { people, Team } from "../testing/team";

const me = (token: string) =>
  outside("/api/latest/users/current", { headers: { authorization: `Bearer ${token}` } });

test("one signs in by token, and is not offered what a token may not do", async () => {
  kit.open("/", "");
  await kit.press("Use an API token");
  await kit.fill("API token", people.reader.token);
  await kit.press("Sign in");
  await kit.pick("Account and settings of Reader", "Account");
  await kit.text("You signed in with an API token");
  await kit.until(() => expect(kit.all("button", "Revoke").length).toBeGreaterThan(0));
  for (const name of ["Save password", "Make a token"]) expect(kit.all("button", name)).toEqual([]);
});

test("one makes and revokes tokens", async () => {
  kit.open("/account", "reader");
  await kit.fill("What is it for?", "my bot");
  await kit.press("Make a token");
  const { value: token } = await kit.field(/Copy it now/);
  expect(await (await me(token)).json()).toMatchObject({ email: people.reader.email });
  await kit.press("Revoke my bot");
  await kit.press("Cancel");
  expect((await me(token)).status).toBe(200);
  await kit.user.keyboard("{Enter}");
  await kit.press("Revoke my bot");
  await kit.gone("button", /my bot/);
  expect((await me(token)).status).toBe(401);
});

test("a first space leads to its plan", async () => {
  kit.open("/", "stranger");
  await kit.fill("Name of the new space", "Garden");
  await kit.press("Create space");
  await kit.find("heading", "Garden");
  await kit.text("The backlog is empty.");
  await kit.text("No iteration is planned yet.");
  await kit.fill("Add cards", "Dig =3");
  await kit.user.keyboard("{Enter}");
  await kit.find("option", /Dig/);
});

test("one comes in where one was last, as far as one still may", async () => {
  const [team, other] = [await Team.make(), await Team.make()];
  const signIn = async (): Promise<void> => {
    kit.open("/", "");
    await kit.press("Use an API token");
    await kit.fill("API token", people.reader.token);
    await kit.press("Sign in");
  };
  localStorage.setItem("kadence.space", other.uid);
  await signIn();
  await kit.until(() => expect(location.pathname).toBe(`/spaces/${other.uid}/plan`));
  await kit.leave();
  localStorage.setItem("kadence.space", "00000000-0000-4000-8000-000000000000");
  await signIn();
  await kit.find("heading", "Spaces");
  await kit.leave();
  kit.open(`/spaces/${team.uid}/reports`, "");
  await kit.press("Use an API token");
  await kit.fill("API token", people.reader.token);
  await kit.press("Sign in");
  await kit.until(() => expect(document.title).toContain("Space"));
  expect(location.pathname).toBe(`/spaces/${team.uid}/reports`);
});
