// The plan of a space as the page holds it: loaded, changed by hand and by what others do.
import { SvelteMap } from "svelte/reactivity";
import { type Answer, api, onceKey, own, Refused, type Schemas, wanted } from "../lib/api";
import { session } from "../lib/session.svelte";
import * as ask from "./ask";
import type { Card, Contents, Iteration } from "./ask";
import { follow, type Happening } from "./follow";
import { BACKLOG, backTo, type Line, type Lists, type Move, moved, whereIs } from "./moves";
import { type Keyed, Sender } from "./send";

/** What somebody may be called in a pasted line. */
function names(person: Schemas["MemberAnswer"]): string[] {
  return [person.full_name, person.email, person.username].map((name) => name.toLocaleLowerCase());
}

/** Passes over what the server refused. */
function onlyRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

const MOST_UNDO = 20;
/** Milliseconds in which events that come together are gathered, and between two attempts. */
const SOON = 120;
const PAUSE = 500;
const DONE = 3;
const LIVE = 1;

export class Plan {
  title = $state("");
  timeZone = $state("UTC");
  boardId: number | undefined = $state();
  iterations: Iteration[] = $state([]);
  lists: Lists = $state.raw({ [BACKLOG]: [] });
  capacities: Record<string, number | null> = $state({});
  velocity: number | null = $state(null);
  canUndo = $state(false);
  loaded = $state(false);
  /** The server does not answer; what is under way is sent again. */
  away = $state(false);
  /** What was refused last. */
  wrong = $state("");
  /** What would be moved where if it were dropped now. */
  hovering: { uids: readonly string[]; to: string } | undefined = $state.raw();
  readonly cards = new SvelteMap<string, Card>();
  readonly leftOver = new SvelteMap<string, string>();
  #spaceId = 0;
  #undo: Move[][] = [];
  #queue: Promise<void> = Promise.resolve();
  #stale = new Set<string>();
  /** How often something was moved here: what was asked for before that is out of date. */
  #made = 0;
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #unsent = 0;
  readonly #stop = new AbortController();
  readonly #sender: Sender;

  constructor(readonly space: string) {
    this.#sender = new Sender(space, this.cards, (change) => this.#once(change));
  }

  /** Load everything, then follow what others do. Throws Refused. */
  async load(): Promise<void> {
    const path = { space_uid: this.space };
    const [newest] = await wanted(
      own.GET("/spaces/{space_uid}/events", {
        params: { path, query: { newest_first: true, limit: 1 } },
      }),
    );
    const spaces = await wanted(api.GET("/spaces"));
    const space = spaces.find((one) => one.uid === this.space);
    if (!space) throw new Refused(404, "");
    this.title = space.title;
    this.#spaceId = space.id;
    const [boards, calendar, velocity] = await Promise.all([
      wanted(api.GET("/spaces/{space_id}/boards", { params: { path: { space_id: space.id } } })),
      wanted(own.GET("/spaces/{space_uid}/calendar", { params: { path } })),
      wanted(own.GET("/spaces/{space_uid}/velocity", { params: { path } })),
      this.#loadIterations(),
      this.#loadBacklog(),
    ]);
    this.boardId = boards.find((board) => board.primary_path)?.id;
    this.timeZone = calendar.time_zone;
    this.velocity = velocity.mean?.done.size ?? null;
    this.loaded = true;
    void this.#loadLeftOvers().catch(onlyRefused);
    void follow(
      this.space,
      newest?.seq ?? 0,
      this.#stop.signal,
      (event) => this.#notice(event),
      (away) => (this.away = away),
    );
  }

  /** Whether something was done that the server does not know yet. */
  get isUnsent(): boolean {
    return this.#unsent > 0;
  }

  /** Stop following; what was done here is sent nevertheless. */
  end(): void {
    this.#stop.abort();
    clearTimeout(this.#refreshing);
  }

  card(uid: string): Card | undefined {
    return this.cards.get(uid);
  }

  iteration(id: string): Iteration | undefined {
    return this.iterations.find((one) => one.id === id);
  }

  /** The number and the sizes of cards. */
  sum(uids: readonly string[]): { count: number; size: number } {
    let size = 0;
    for (const uid of uids) size += this.cards.get(uid)?.size ?? 0;
    return { count: uids.length, size };
  }

  /** Move cards; the page shows it at once, and takes it back if the server refuses. */
  move(uids: readonly string[], to: string, before: string | undefined): void {
    const was = this.lists;
    const moves = [{ uids, to, before }];
    this.#show(moves);
    this.#undo.push(backTo(was, uids));
    if (this.#undo.length > MOST_UNDO) this.#undo.shift();
    this.canUndo = true;
    this.#send(was, moves);
  }

  /** Take back the last move. */
  undo(): void {
    const moves = this.#undo.pop();
    this.canUndo = this.#undo.length > 0;
    if (!moves) return;
    const was = this.lists;
    this.#show(moves);
    this.#send(was, moves);
  }

  /**
   * Add cards to the backlog, with their tags and member; `made` is told of each once it is there.
   * Answers the names of members that the space does not have. Throws Refused.
   */
  async add(lines: readonly Line[], made: () => void): Promise<string[]> {
    const boardId = this.boardId;
    const unknown: string[] = [];
    if (boardId === undefined) return unknown;
    const people = lines.some((line) => line.member) ? await this.#people() : [];
    for (const { title, size_text, tags, member } of lines) {
      const body = { title, size_text, board_id: boardId };
      const card = await this.#once((headers) => api.POST("/cards", { body, headers }));
      made();
      this.#place(card);
      const params = { path: { card_id: card.id } };
      for (const name of tags) {
        await this.#once((headers) =>
          api.POST("/cards/{card_id}/tags", { params, body: { name }, headers }),
        );
      }
      const person = people.find((one) => names(one).includes(member.toLocaleLowerCase()));
      if (person) {
        const body = { user_id: person.id };
        await this.#once((headers) =>
          api.POST("/cards/{card_id}/members", { params, body, headers }),
        );
      } else if (member) unknown.push(member);
    }
    return unknown;
  }

  async #people(): Promise<Schemas["MemberAnswer"][]> {
    const path = { space_id: this.#spaceId };
    return wanted(api.GET("/spaces/{space_id}/users", { params: { path } }));
  }

  /** Ask for a change until the server answers, under one key, so that it is made once. */
  #once<T>(change: (headers: Keyed) => Promise<Answer<T>>): Promise<T> {
    const headers = { "idempotency-key": onceKey() };
    return this.#insist(() => wanted(change(headers)));
  }

  /** The lists as they would be if what is dragged were dropped now. */
  get shown(): Lists {
    const { lists, hovering } = this;
    return hovering ? moved(lists, { ...hovering, before: undefined }) : lists;
  }

  /** Plan a new iteration. Throws Refused. */
  async create(body: Schemas["CreateIteration"]): Promise<void> {
    const params = { path: { space_uid: this.space } };
    await this.#once((headers) =>
      api.POST("/spaces/{space_uid}/iterations", { params, body, headers }),
    );
    this.#outdated("iterations");
  }

  /** An iteration as it is now, with what tells later whether it is still so. Throws Refused. */
  latest(id: string): ReturnType<typeof ask.latestOf> {
    return ask.latestOf(this.space, id);
  }

  /** Change an iteration, if it is still the one with this tag. Throws Refused, with 412 if not. */
  async change(id: string, body: Record<string, unknown>, etag: string | undefined): Promise<void> {
    const params = { path: { space_uid: this.space, id } };
    const match = etag === undefined ? {} : { "if-match": etag };
    await this.#once((headers) =>
      api.PATCH("/spaces/{space_uid}/iterations/{id}", {
        params,
        body: body as never,
        headers: { ...headers, ...match },
      }),
    );
    this.#outdated("iterations");
  }

  /**
   * Start, close or delete an iteration, its cards going to `target` or the backlog; with `dry` only
   * what would be. Throws Refused.
   */
  async step(
    id: string,
    step: "start" | "close" | "delete",
    target: string | undefined,
    dry: boolean,
  ): Promise<Iteration> {
    const params = { path: { space_uid: this.space, id }, query: { dry_run: dry } };
    const to = target === undefined ? {} : { new_iteration_id: target };
    const status = step === "start" ? "active" : "closed";
    const at = "/spaces/{space_uid}/iterations/{id}";
    // What was moved before is in it, or is not.
    await this.#queue;
    const answer = await this.#once((headers) =>
      step === "delete"
        ? api.DELETE(at, { params, body: to, headers })
        : api.PATCH(at, { params, body: { status, ...to } as never, headers }),
    );
    if (!dry) this.#outdated("backlog", "iterations");
    return answer;
  }

  /** Say what the team means to take on in an iteration; null: not said. Throws Refused. */
  async setCapacity(id: string, capacity: number | null): Promise<void> {
    const path = { space_uid: this.space, iteration_id: id };
    const params = { path };
    const body = { capacity };
    const answer = await this.#once((headers) =>
      own.PATCH("/spaces/{space_uid}/iterations/{iteration_id}/capacity", {
        params,
        body,
        headers,
      }),
    );
    this.capacities[id] = answer.capacity;
  }

  #show(moves: readonly Move[]): void {
    this.#made++;
    let lists = this.lists;
    for (const move of moves) lists = moved(lists, move);
    this.lists = lists;
  }

  /** Send moves one after the other, in the order in which they were made. */
  #send(was: Lists, moves: readonly Move[]): void {
    this.#unsent++;
    this.#queue = this.#queue
      .then(async () => {
        let lists = was;
        for (const move of moves) {
          await this.#sender.send(lists, move);
          lists = moved(lists, move);
        }
      })
      .catch((error: unknown) => {
        this.wrong = error instanceof Refused ? error.message || String(error.status) : String(error);
        // What was to be undone has not been done.
        this.#undo = [];
        this.canUndo = false;
        this.#outdated("backlog", "iterations");
      })
      .finally(() => this.#unsent--);
  }

  /** Ask until the server answers. Throws Refused. */
  async #insist<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await attempt();
        this.away = false;
        return answer;
      } catch (error) {
        if (error instanceof Refused && error.status === 401) session.over();
        const gone = error instanceof Refused && (error.status === 0 || error.status === 503);
        if (!gone) throw error;
        this.away = true;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  }

  /** Load the open iterations with their cards; answers whether nothing was moved meanwhile. */
  async #loadIterations(): Promise<boolean> {
    const made = this.#made;
    const found = await ask.openIterations(this.space);
    const contents = await Promise.all(found.map((one) => ask.contentsOf(this.space, one.id)));
    if (made !== this.#made) return false;
    const open = new Set([BACKLOG, ...found.map((one) => one.id)]);
    const kept = Object.entries(this.lists).filter(([key]) => open.has(key));
    this.lists = Object.fromEntries(kept);
    for (const content of contents) this.#fill(content);
    this.iterations = found;
    return true;
  }

  /** Load the cards of an iteration; answers whether nothing was moved meanwhile. */
  async #loadCards(id: string): Promise<boolean> {
    const made = this.#made;
    const content = await ask.contentsOf(this.space, id);
    if (made !== this.#made) return false;
    this.#fill(content);
    return true;
  }

  #fill({ id, records, cards, capacity }: Contents): void {
    for (const card of cards) this.cards.set(card.uid, card);
    const uids = records
      .toSorted((a, b) => a.sort_order - b.sort_order)
      .map((record) => record.card_uid)
      .filter((uid) => this.cards.has(uid));
    const here = new Set(uids);
    const others = Object.entries(this.lists).map(
      ([key, list]) => [key, list.filter((uid) => !here.has(uid))] as const,
    );
    this.capacities[id] = capacity;
    this.lists = { ...Object.fromEntries(others), [id]: uids };
  }

  async #loadBacklog(): Promise<boolean> {
    const made = this.#made;
    const found = await ask.backlogOf(this.#spaceId);
    if (made !== this.#made) return false;
    for (const card of found) this.cards.set(card.uid, card);
    this.lists = { ...this.lists, [BACKLOG]: found.map((card) => card.uid) };
    return true;
  }

  async #loadLeftOvers(): Promise<void> {
    for (const [uid, title] of await ask.leftOvers(this.space)) this.leftOver.set(uid, title);
  }

  #notice(event: Happening): void {
    const { kind, iteration_id: iteration, card_uid: card, payload } = event;
    if (kind.startsWith("iteration.")) this.#outdated("iterations");
    else if (kind.startsWith("iteration_card.") && iteration) {
      this.#outdated(`cards ${iteration}`);
      if (card && kind.endsWith("removed")) this.#outdated(`card ${card}`);
    } else if (card && kind === "card.left") this.#take(card);
    else if (card && this.cards.has(card)) this.#outdated(`card ${card}`);
    else if (card && kind.startsWith("card")) {
      const id = payload["card_id"] ?? payload["id"];
      if (typeof id === "number") this.#outdated(`id ${id}`);
    }
  }

  /** Something is to be asked again, soon; again until it was answered. */
  #outdated(...what: string[]): void {
    for (const each of what) this.#stale.add(each);
    this.#refreshIn(SOON);
  }

  #refreshIn(milliseconds: number): void {
    clearTimeout(this.#refreshing);
    if (!this.#stop.signal.aborted) {
      this.#refreshing = setTimeout(() => void this.#refresh(), milliseconds);
    }
  }

  async #refresh(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // What was done here is sent first: else it would be shown as undone for a moment.
    await this.#queue;
    const stale = [...this.#stale].sort();
    this.#stale.clear();
    for (const what of stale) {
      try {
        if (!(await this.#renew(what))) this.#stale.add(what);
      } catch (error) {
        onlyRefused(error);
        const { status } = error as Refused;
        // Else it is gone, or not for us any more.
        if (status === 0 || status === 429 || status >= 500) this.#stale.add(what);
      }
    }
    this.#busy = false;
    if (this.#stale.size > 0) this.#refreshIn(PAUSE);
  }

  async #renew(what: string): Promise<boolean> {
    const [kind, id = ""] = what.split(" ");
    if (kind === "backlog") return this.#loadBacklog();
    if (kind === "iterations") return this.#loadIterations();
    if (kind === "cards") return this.iteration(id) ? this.#loadCards(id) : true;
    return this.#loadCard(kind === "id" ? Number(id) : this.cards.get(id)?.id);
  }

  async #loadCard(id: number | undefined): Promise<boolean> {
    if (id === undefined) return true;
    const made = this.#made;
    const params = { path: { card_id: id } };
    try {
      const card = await wanted(api.GET("/cards/{card_id}", { params }));
      if (made !== this.#made) return false;
      this.#place(card);
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 403 && error.status !== 404)) throw error;
      for (const card of this.cards.values()) if (card.id === id) this.#take(card.uid);
    }
    return true;
  }

  /** Show a card as it is now, in the backlog where it belongs there, or not any more. */
  #place(card: Card): void {
    const before = this.cards.get(card.uid);
    this.cards.set(card.uid, card);
    const at = whereIs(this.lists, card.uid);
    const open = card.condition === LIVE && card.state !== DONE;
    if (at === BACKLOG && !open) this.#take(card.uid);
    if (at === BACKLOG && before?.sort_order === card.sort_order) return;
    if (open && (at === undefined || at === BACKLOG)) {
      const rest = (this.lists[BACKLOG] ?? []).filter((uid) => uid !== card.uid);
      const next = rest.findIndex((uid) => isBehind(this.cards.get(uid), card));
      rest.splice(next < 0 ? rest.length : next, 0, card.uid);
      this.lists = { ...this.lists, [BACKLOG]: rest };
    }
  }

  #take(uid: string): void {
    const kept = Object.entries(this.lists).map(
      ([key, list]) => [key, list.filter((other) => other !== uid)] as const,
    );
    this.lists = Object.fromEntries(kept);
  }
}

/** Whether a card comes behind another in the backlog. */
function isBehind(card: Card | undefined, other: Card): boolean {
  if (!card) return false;
  if (card.sort_order === other.sort_order) return card.id > other.id;
  return card.sort_order > other.sort_order;
}
