// The plan beside others and without the server: what comes in, what is refused, what waits.
import { beforeEach, expect, test, vi } from "vitest";
import { network } from "../testing/browser";
import * as kit from "../testing/kit";
import { Team, call, people, type Iteration } from "../testing/team";

let team: Team;
beforeEach(async () => {
  team = await Team.make();
  kit.open(`/spaces/${team.uid}/plan`);
  await story(5);
});
const story = (n: number) => kit.find("option", new RegExp(`Story ${n}`));
const nextList = kit.listed("Next sprint");

async function move(number: number): Promise<void> {
  await kit.user.click(await story(number));
  await kit.take("Move to", /Next sprint/);
}

test("cards that go elsewhere and come back do so here", async () => {
  const card = await team.find("Story 3");
  await team.change(card, { condition: 2 });
  await kit.gone("option", /Story 3/);
  await team.change(card, { condition: 1 });
  await story(3);
  const other = await Team.make();
  await team.change(card, { board_id: other.board });
  await kit.gone("option", /Story 3/);
  await team.change(card, { board_id: team.board });
  await story(3);
  await call("DELETE", `/cards/${card.id}`);
  await kit.gone("option", /Story 3/);
});

test("what is left over stands in the backlog when others close it too", async () => {
  await team.put(team.next, await team.find("Story 2"));
  await kit.eventually(nextList, ["Story 2"]);
  await team.start(team.next);
  await team.close(team.next);
  await kit.shows("option", /Story 2.*from Next sprint/);
});

test("a card that others take out of an iteration is in the backlog again", async () => {
  const card = await team.find("Story 2");
  await team.put(team.next, card);
  await kit.eventually(nextList, ["Story 2"]);
  await call("DELETE", `${team.at(team.next)}/cards/${card.uid}`);
  await kit.eventually(nextList, []);
  await kit.eventually(
    kit.listed("Backlog"),
    [1, 2, 3, 4, 5].map((n) => `Story ${n}`),
  );
});

test("a change that meets another loses neither", async () => {
  await kit.pick("More for Next sprint", "Edit");
  await kit.fill("Goal", "Mine", kit.dialog);
  await call("PATCH", team.at(team.next), { goal: "Theirs", title: "Next one" });
  await kit.press("Save", kit.dialog);
  await kit.shows("alert", "Somebody changed this");
  await kit.shows("definition", "Theirs", kit.dialog);
  expect(await kit.field("Title", kit.dialog)).toHaveValue("Next one");
  const goal = async () => (await call<Iteration>("GET", team.at(team.next))).goal;
  expect(await goal()).toBe("Theirs");
  await kit.press("Save mine");
  await kit.gone("dialog");
  expect(await goal()).toBe("Mine");
});

test("a server that is stuck is told of", async () => {
  const letGo = kit.hold(/\/cards\/edit$/);
  await move(1);
  await kit.shows("alert", "Offline");
  letGo();
  await kit.gone("alert");
  await kit.eventually(() => team.inside(team.next), ["Story 1"]);
});

test("what the server refuses is said and taken back", async () => {
  kit.refuse("POST", /\/cards\/edit$/, "Not now");
  await move(1);
  await kit.shows("alert", "Not now");
  await kit.eventually(nextList, []);
  expect(await kit.listed("Backlog")()).toContain("Story 1");
});

test("where the stream does not come through, the server is asked again and again", async () => {
  await kit.leave();
  const asked: (string | null)[] = [];
  network.between.push((request) => {
    if (!/events\?after=/.test(request.url)) return undefined;
    const accept = request.headers.get("accept");
    asked.push(accept);
    if (accept !== "text/event-stream") return undefined;
    return new Promise((_, fail) =>
      request.signal.addEventListener("abort", () => fail(new DOMException("", "AbortError"))),
    );
  });
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ["setTimeout", "clearTimeout"] });
  kit.open(`/spaces/${team.uid}/plan`);
  await story(5);
  await team.card("Made by a bot");
  await vi.advanceTimersByTimeAsync(36_000);
  await vi.advanceTimersByTimeAsync(3_000);
  vi.useRealTimers();
  await kit.find("option", /Made by a bot/);
  expect(asked.slice(0, 2)).toEqual(["text/event-stream", "application/json"]);
});

test("a session begun anew in another tab is taken up", async () => {
  const mine = await kit.signIn("writer");
  await kit.leave();
  kit.open(`/spaces/${team.uid}/plan`, mine);
  await story(5);
  // Another tab has signed in, and the browser's cookie is that tab's.
  network.cookie = people.writer.session;
  const refused = vi.fn();
  network.between.push(async (request) => {
    if (!request.url.endsWith("/cards/edit") || refused.mock.calls.length) return undefined;
    const answer = await network.send(request.clone());
    if (answer.status === 403) refused();
    return answer;
  });
  await move(1);
  await kit.eventually(() => team.inside(team.next), ["Story 1"]);
  expect(refused).toHaveBeenCalled();
  expect(kit.all("alert")).toEqual([]);
});

test("who does not come back leaves nothing behind", async () => {
  const mine = await kit.signIn("writer");
  await kit.leave();
  kit.open(`/spaces/${team.uid}/plan`, mine);
  await kit.paste(/Add cards/, "For nobody else");
  await kit.until(() => expect(sessionStorage).not.toHaveLength(0));
  await kit.endSession(mine);
  await move(1);
  await kit.find("dialog", "Your session has ended");
  await kit.press("Sign out", kit.dialog);
  await kit.find("heading", "Sign in to kadence");
  expect(sessionStorage).toHaveLength(0);
  expect(kit.all("option", /Story 1/)).toEqual([]);
});

test("a late answer about the session before does not end the one that has begun", async () => {
  const mine = await kit.signIn("writer");
  await kit.leave();
  kit.open(`/spaces/${team.uid}/plan`, mine);
  await story(5);
  await kit.endSession(mine);
  const answer = kit.holdAnswers(/\/session$/);
  window.dispatchEvent(new Event("focus"));
  await move(1);
  await kit.press("Use an API token", kit.dialog);
  await kit.fill("API token", people.writer.token, kit.dialog);
  await kit.press("Sign in", kit.dialog);
  await kit.gone("dialog");
  answer();
  await kit.eventually(() => team.inside(team.next), ["Story 1"]);
  await story(5);
  expect(kit.all("dialog")).toEqual([]);
});

test("who failed too often is told so, also where the rate is limited", async () => {
  await kit.leave();
  network.cookie = "";
  network.between.push((request) => {
    if (request.method !== "POST") return undefined;
    const headers = { "x-ratelimit-limit": "2", "retry-after": "900" };
    const message = "Too many failed attempts";
    return Response.json({ message }, { status: 429, headers });
  });
  kit.open("/", "");
  await kit.fill("E-mail address", "owner@home.example");
  await kit.fill("Password", "wrong, again");
  await kit.press("Sign in");
  await kit.shows("alert", /too many|attempts/i);
});

test("where the rate of requests is limited, they are made a little later", async () => {
  await kit.leave();
  const limited: string[] = [];
  network.between.push((request) => {
    if (limited.includes(request.url)) return undefined;
    limited.push(request.url);
    const headers = { "x-ratelimit-limit": "2", "retry-after": "0" };
    return new Response("Too many requests", { status: 429, headers });
  });
  kit.open(`/spaces/${team.uid}/plan`);
  await story(5);
  await move(1);
  await kit.eventually(() => team.inside(team.next), ["Story 1"]);
  await team.card("Made by a bot");
  await kit.find("option", /Made by a bot/);
  expect(kit.all("alert")).toEqual([]);
  expect(limited.length).toBeGreaterThan(5);
});
