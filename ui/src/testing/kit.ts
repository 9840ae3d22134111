// The page as a whole on a real server: opened by somebody, and the words to work beside it.
import { configure, screen, within } from "@testing-library/dom";
import { userEvent, type UserEvent } from "@testing-library/user-event";
import { mount, unmount } from "svelte";
import { expect, vi } from "vitest";
import App from "../App.svelte";
import { tellInvalid } from "../lib/invalid";
import { router } from "../lib/router.svelte";
import { session } from "../lib/session.svelte";
import { SESSION_COOKIE, cookieOf, network, outside } from "./browser";
import type { Who } from "./server";
import { people } from "./team";

const PATIENCE = 10_000;

let shown: object | undefined;
export let user: UserEvent = userEvent.setup();

/** Open the page at an address, with a session: somebody's, or one that is given; "" is none. */
export function open(path: string, as = "writer"): void {
  network.cookie = as in people ? people[as as Who].session : as;
  user = userEvent.setup();
  router.go(path, true);
  document.body.innerHTML = "<div id=app></div>";
  shown = mount(App, { target: document.getElementById("app") as HTMLElement });
}

/** Close the page, as closing the tab does. */
export async function leave(): Promise<void> {
  if (shown) await unmount(shown);
  shown = undefined;
  network.between = [];
  session.leave();
  session.ended = false;
  session.user = undefined;
  localStorage.clear();
  document.body.innerHTML = "";
}

/** The same page, opened anew. */
export async function reload(as = "writer"): Promise<void> {
  const path = location.pathname + location.search;
  await leave();
  open(path, as);
}

tellInvalid(document);
configure({ getElementError: (message) => new Error(message?.slice(0, 500) ?? "") });

/** Wait until it holds. */
export const until = <T>(holds: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(holds, { timeout: PATIENCE, interval: 20 });
/** Ask the server until it says so: the page shows a change before it has been sent. */
export const eventually = (what: () => Promise<unknown>, wanted: unknown): Promise<unknown> =>
  until(async () => expect(await what()).toEqual(wanted));

/** Where to look: asked each time, since what is shown may be replaced. */
type Part = () => HTMLElement;
type Name = string | RegExp;
const inside = (part: Part | undefined) => within(part ? part() : document.body);

/** All that have this role, and a name that begins so; those that are called just so, if any are. */
export function all(role: string, name?: Name, part?: Part): HTMLElement[] {
  if (typeof name !== "string") return inside(part).queryAllByRole(role, name ? { name } : {});
  const found = inside(part).queryAllByRole(role, { name: (called) => called.startsWith(name) });
  const exact = found.length > 1 ? inside(part).queryAllByRole(role, { name }) : [];
  return exact.length > 0 ? exact : found;
}

/** What has this role and name, as soon as it is there. */
export const find = (role: string, name?: Name, part?: Part): Promise<HTMLElement> =>
  until(() => {
    const found = all(role, name, part);
    if (found[0] && found.length === 1) return found[0];
    throw new Error(`${found.length} times ${role} ${String(name)}`);
  });

/** The same as a place to look in. */
export const the =
  (role: string, name?: Name): Part =>
  () => {
    const [found] = all(role, name);
    if (!found) throw new Error(`no ${role} ${String(name)}`);
    return found;
  };
export const dialog = the("dialog");

/** The field with this label, or one that begins so. */
export const field = (label: Name, part?: Part): Promise<HTMLInputElement> =>
  until(() => {
    const named = (how: Name | ((said: string) => boolean)) =>
      inside(part).queryAllByLabelText<HTMLInputElement>(how);
    const exact = named(label);
    const found =
      exact.length > 0 || typeof label !== "string"
        ? exact
        : named((said) => said.trim().startsWith(label));
    if (found[0] && found.length === 1) return found[0];
    throw new Error(`${found.length} times a field ${String(label)}`);
  });
export const button = (name: Name, part?: Part) => find("button", name, part);
/** Press a button, as soon as it can be: what is asked of the server first takes a while. */
export const press = async (name: Name, part?: Part) => {
  await until(async () => expect(await button(name, part)).toBeEnabled());
  await user.click(await button(name, part));
};
/** Choose something out of a menu. */
export async function pick(menu: Name, item: Name, part?: Part): Promise<void> {
  await press(menu, part);
  await user.click(await find("menuitem", item));
}
/** Press a button that opens a picker, and choose in that. */
export async function take(opener: Name, option: Name, part?: Part): Promise<void> {
  await press(opener, part);
  const field = await find("combobox", opener);
  const list = () => document.getElementById(field.getAttribute("aria-controls") ?? "")!;
  await user.click(await find("option", option, list));
}
/** Replace what stands in a field. */
export async function fill(label: Name, text: string, part?: Part): Promise<HTMLInputElement> {
  const found = await field(label, part);
  await user.clear(found);
  if (text) await user.type(found, text.replace(/[[{]/g, "$&$&"));
  return found;
}
/** Put text into a field at once, as pasting does. */
export async function paste(label: Name, text: string, part?: Part): Promise<HTMLInputElement> {
  const found = await field(label, part);
  await user.clear(found);
  await user.click(found);
  await user.paste(text);
  return found;
}
export const choose = async (label: Name, option: string, part?: Part) =>
  user.selectOptions(await field(label, part), option);
export const text = (said: Name, part?: Part): Promise<HTMLElement> =>
  until(() => inside(part).getByText(said, { exact: false }));
export const gone = (role: string, name?: Name, part?: Part) =>
  until(() => expect(all(role, name, part)).toEqual([]));

/** The titles in the backlog's or an iteration's list of the plan. */
export const listed = (name: string) => async () =>
  [...(await find("listbox", name)).querySelectorAll("[role=option] .title")].map(words);

/** Cut the page off the server, as an aeroplane does. */
export const goOffline = (): void => {
  network.between.push(() => {
    throw new TypeError("offline");
  });
};
/** Let every request through again. */
export const goOnline = (): void => {
  network.between = [];
};
/** Answer requests of a method to a path by hand. */
export function refuse(method: string, path: RegExp, message: string, part = ""): void {
  network.between.push(async (request) => {
    if (request.method !== method || !path.test(request.url)) return undefined;
    if (part && !(await request.clone().text()).includes(part)) return undefined;
    return Response.json({ message }, { status: 400 });
  });
}
/** Something to wait for, and how to let go who waits. */
function gate(): { free: Promise<undefined>; open: () => void } {
  let open = (): void => undefined;
  const free = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
  return { free, open };
}
/** Hold requests to a path back; returns how to let them go. */
export function hold(path: RegExp): () => void {
  const { free, open } = gate();
  network.between.push((request) => (path.test(request.url) ? free : undefined));
  return open;
}
/** Ask for what is at a path, and hold the answers back; returns how to let them go. */
export function holdAnswers(path: RegExp): () => void {
  const { free, open } = gate();
  network.between.push(async (request) => {
    if (request.method !== "GET" || !path.test(request.url)) return undefined;
    const answer = await network.send(request);
    await free;
    return answer;
  });
  return open;
}

/** Wait until something with this role says these words. */
export const shows = (role: string, said: string | RegExp, part?: Part): Promise<unknown> =>
  until(() => expect(all(role, undefined, part).map(words).join("\n")).toMatch(said));
/** The words of an element, with one blank between them. */
export const words = (element: Element): string =>
  (element.textContent ?? "").replace(/\s+/g, " ").trim();
/** Go to a view by its link. */
export const visit = async (view: string): Promise<void> =>
  user.click((await until(() => screen.getAllByRole("link", { name: view })))[0] as HTMLElement);

/** Begin one more session of somebody; returns its cookie. */
export async function signIn(who: Who): Promise<string> {
  const body = JSON.stringify({ token: people[who].token });
  const headers = { "content-type": "application/json" };
  const answer = await outside("/api/kadence/v1/session", { method: "POST", body, headers });
  return cookieOf(answer) ?? "";
}
/** End a session elsewhere. */
export async function endSession(secret: string): Promise<void> {
  const cookie = `${SESSION_COOKIE}=${secret}`;
  const session = "/api/kadence/v1/session";
  const asked = await outside(session, { headers: { cookie } });
  const { csrf } = (await asked.json()) as { csrf: string };
  const headers = { cookie, "x-kadence-csrf": csrf };
  expect((await outside(session, { method: "DELETE", headers })).ok).toBe(true);
}
/** Choose a day in a field for dates. */
export async function setDate(label: Name, day: string): Promise<void> {
  await user.clear(await field(label));
  await user.type(await field(label), day);
}
