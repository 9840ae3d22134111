// A client of the API beside the page, and what it makes for a test.
import { expect, inject } from "vitest";
import type { Schemas } from "../lib/api";
import { outside } from "./browser";
import type { Who } from "./server";

export const { people } = inject("server");
const PERIOD = { start_date: "2026-03-02T00:00:00.000Z", finish_date: "2026-03-13T00:00:00.000Z" };

export type Card = Schemas["OneCardAnswer"];
export type Iteration = Schemas["IterationAnswer"];

async function send(path: string, method: string, body: unknown, as: Who): Promise<Response> {
  const headers = { authorization: `Bearer ${people[as].token}` };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return outside(path, { method, headers, ...content });
}

/** A request that must succeed. */
async function asked<T>(path: string, method: string, body: unknown, as: Who): Promise<T> {
  const answer = await send(path, method, body, as);
  const text = await answer.text();
  expect(answer.status, `${method} ${path}: ${text}`).toBe(200);
  return JSON.parse(text) as T;
}

/** A request to the published API. */
export const call = <T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  as: Who = "writer",
) => asked<T>(`/api/latest${path}`, method, body, as);
/** A request to what kadence adds. */
export const own = <T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  as: Who = "writer",
) => asked<T>(`/api/kadence/v1${path}`, method, body, as);
/** What a request for something is answered with. */
export const statusOf = async (path: string, as: Who): Promise<number> =>
  (await send(`/api/latest${path}`, "GET", undefined, as)).status;

type Made = { id: number };
const COLUMNS = [
  { title: "Queue", type: 1 },
  { title: "In progress", type: 2 },
  { title: "Done", type: 3 },
];
const LANES = [{ title: "Upper" }, { title: "Lower" }];

/** A space with a board, two planned iterations and five stories, and the words to work in it. */
export class Team {
  private constructor(
    readonly id: number,
    readonly uid: string,
    readonly board: number,
    readonly columns: readonly number[],
  ) {}
  /** The iteration with a period. */
  next!: Iteration;

  static async make(): Promise<Team> {
    const space = { title: "Space", access: "by_invite" };
    const { id, uid } = await call<Made & { uid: string }>("POST", "/spaces", space, "owner");
    for (const [at, who] of (["reader", "writer", "admin"] as const).entries()) {
      const member = { email: people[who].email, role_id: at + 1 };
      await call("POST", `/spaces/${id}/users`, member, "owner");
    }
    const wanted = { title: "Board", columns: COLUMNS, lanes: LANES };
    const at = `/spaces/${id}/boards`;
    const board = await call<Made & { columns: Made[] }>("POST", at, wanted, "owner");
    const columns = board.columns.map((column) => column.id);
    const below = { title: "Review", type: 1 };
    await call("POST", `/columns/${columns[0]}/subcolumns`, below, "owner");
    const team = new Team(id, uid, board.id, columns);
    // The other has none, and a card of its own.
    const first = await call<Iteration>("POST", team.iterations, { title: "Sprint" });
    await team.put(first, await team.card("Card", { size_text: "3" }));
    for (let n = 1; n <= 5; n++) await team.card(`Story ${n}`, { size_text: String(n) });
    team.next = await team.plan("Next sprint");
    return team;
  }

  get iterations(): string {
    return `/spaces/${this.uid}/iterations`;
  }
  /** The path of an iteration. */
  at(iteration: Iteration): string {
    return `${this.iterations}/${iteration.id}`;
  }
  plan(title: string, body: object = {}): Promise<Iteration> {
    return call("POST", this.iterations, { title, ...PERIOD, ...body });
  }
  start(iteration: Iteration): Promise<Iteration> {
    return call("PATCH", this.at(iteration), { status: "active" });
  }
  close(iteration: Iteration): Promise<Iteration> {
    return call("PATCH", this.at(iteration), { status: "closed" });
  }
  card(title: string, body: object = {}): Promise<Card> {
    return call("POST", "/cards", { title, board_id: this.board, ...body });
  }
  async put(iteration: Iteration, ...cards: Card[]): Promise<void> {
    for (const { uid } of cards)
      await call("POST", `${this.at(iteration)}/cards`, { card_uid: uid });
  }
  change(card: Card, body: object): Promise<Card> {
    return call("PATCH", `/cards/${card.id}`, body);
  }
  cards(): Promise<Card[]> {
    return call("GET", `/cards?space_id=${this.id}`);
  }
  async titles(): Promise<string[]> {
    return (await this.cards()).map((card) => card.title);
  }
  /** A card as it is now, by its title. */
  async find(title: string): Promise<Card> {
    const found = (await this.cards()).find((card) => card.title === title);
    if (!found) throw new Error(`no card ${title}`);
    return call("GET", `/cards/${found.id}`);
  }
  /** The titles of the cards in an iteration, in its order. */
  async inside(iteration: Iteration): Promise<(string | undefined)[]> {
    const path = `${this.at(iteration)}/cards?status=active`;
    const records = await call<Schemas["IterationCardAnswer"][]>("GET", path);
    const cards = await call<Card[]>("GET", `/cards?iteration_id=${iteration.id}`);
    const titles = new Map(cards.map((card) => [card.uid, card.title]));
    const inOrder = records.sort((a, b) => a.sort_order - b.sort_order);
    return inOrder.map((record) => titles.get(record.card_uid));
  }
  /** The names of a card's tags. */
  async tags(title: string): Promise<string[]> {
    return (await this.find(title)).tags?.map((tag) => tag.name).sort() ?? [];
  }
  /** The names of a card's members. */
  async members(title: string): Promise<string[]> {
    return (await this.find(title)).members?.map((one) => one.full_name) ?? [];
  }
  /** What the team can do in an iteration, as it said. */
  async capacity(iteration: Iteration): Promise<number | null> {
    const at = `/spaces/${this.uid}/iterations/${iteration.id}/capacity`;
    return (await own<{ capacity: number | null }>("GET", at)).capacity;
  }
  /** A running iteration of the writer's three tasks. */
  async sprint(): Promise<Iteration> {
    const made = await this.plan("Running", { goal: "All of it" });
    for (let n = 1; n <= 3; n++) {
      const card = await this.card(`Task ${n}`, { size_text: String(n) });
      await call("POST", `/cards/${card.id}/members`, { user_id: people.writer.id });
      await this.put(made, card);
    }
    return this.start(made);
  }
}
