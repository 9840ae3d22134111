// The plan of a space as the page holds it: loaded, changed by hand and by what others do.
import { SvelteMap } from "svelte/reactivity";
import { type Answer, api, own, ApiError, type Schemas, unwrap } from "../lib/api";
import {
  type Card,
  type Contents,
  contentsOf,
  type Iteration,
  openContents,
} from "../space/queries";
import { t } from "../lib/i18n.svelte";
import type { SpaceEvent } from "../space/follow";
import type { Keyed, Space } from "../space/space.svelte";
import { backlogOf, leftOvers } from "./queries";
import { BACKLOG, backTo, called, type Line, type Lists, type Move, moved, whereIs } from "./moves";
import { Sender } from "./send";

/** Ignores what the server refused. */
function onlyRefused(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}

/** Who is told of each card once it is there, and of a tag or member that it could not be given. */
export type Telling = { made: (uid: string) => void; lacks: (title: string, what: string) => void };

/** Milliseconds in which events that come together are gathered, and between two attempts. */
const SOON = 120;
const PAUSE = 500;
const DONE = 3;
const LIVE = 1;

export class Plan {
  iterations: Iteration[] = $state([]);
  lists: Lists = $state.raw({ [BACKLOG]: [] });
  capacities: Record<string, number | null> = $state({});
  loaded = $state(false);
  /** How often all that others did was loaded: in between a card may be in no list. */
  renewals = $state(0);
  /** What would be moved where if it were dropped now. */
  hovering: { uids: readonly string[]; to: string } | undefined = $state.raw();
  readonly cards = new SvelteMap<string, Card>();
  readonly leftOver = new SvelteMap<string, string>();
  #stale = new Set<string>();
  /** How often something was moved here: what was asked for before that is out of date. */
  #made = 0;
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #ended = false;
  readonly #unsubscribe: () => void;
  readonly #sender: Sender;

  constructor(readonly space: Space) {
    this.#sender = new Sender(space.uid, this.cards, (change) => space.once(change));
    this.#unsubscribe = space.listen((event) => this.#notice(event));
  }

  /** Load the open iterations and the backlog. Throws ApiError. */
  async load(): Promise<void> {
    // What was done in another view is in it.
    await this.space.settled;
    await Promise.all([this.#loadIterations(), this.#loadBacklog()]);
    this.loaded = true;
    void this.#loadLeftOvers().catch(onlyRefused);
  }

  /** Stop listening; what was done here is still sent. */
  end(): void {
    this.#ended = true;
    this.#unsubscribe();
    clearTimeout(this.#refreshing);
  }

  /** The board that new cards are made on. */
  get boardId(): number | undefined {
    return this.space.boards.find((board) => board.primary_path)?.id;
  }

  card(uid: string): Card | undefined {
    return this.cards.get(uid);
  }

  iteration(id: string): Iteration | undefined {
    return this.iterations.find((one) => one.id === id);
  }

  /** The cards of a list, in order. */
  listed(list: string): Card[] {
    return (this.lists[list] ?? [])
      .map((uid) => this.cards.get(uid))
      .filter((card) => card !== undefined);
  }

  /** The number and the sizes of cards. */
  sum(uids: readonly string[]): { count: number; size: number } {
    let size = 0;
    for (const uid of uids) size += this.cards.get(uid)?.size ?? 0;
    return { count: uids.length, size };
  }

  /** Move cards; the page shows it at once, and takes it back if the server refuses. */
  move(uids: readonly string[], to: string, before: string | undefined): void {
    const back = backTo(this.lists, uids);
    const stays = this.together(uids) && whereIs(this.lists, uids[0] ?? "") === to;
    const done = this.#do([{ uids, to, before }]);
    const list = this.iteration(to)?.title ?? t("plan.backlog");
    const said = t("plan.moved", { count: uids.length, title: list });
    const { toast, undo } = this.space;
    if (done > 0) toast.show(t("plan.moved.done", { count: done }), true);
    else if (!stays) toast.show(said, true);
    else {
      const all = this.lists[to] ?? [];
      toast.hear(t("plan.place", { list, place: all.indexOf(uids[0] ?? "") + 1, of: all.length }));
    }
    const places = [to, ...back.map((move) => move.to)];
    undo.push(() => this.#do(back), { places, cards: uids }, said);
  }

  /** Whether these cards are all in one list. */
  together(uids: readonly string[]): boolean {
    return new Set(uids.map((uid) => whereIs(this.lists, uid))).size === 1;
  }

  /** Move cards that are in one list a place up (-1) or down (1) in it. */
  shift(uids: readonly string[], step: -1 | 1): void {
    const [first] = uids;
    const at = first === undefined ? undefined : whereIs(this.lists, first);
    if (at === undefined) return;
    const list = this.lists[at] ?? [];
    const moving = list.filter((uid) => uids.includes(uid));
    const rest = list.filter((uid) => !uids.includes(uid));
    if (moving.length !== uids.length) return;
    const last = list.indexOf(moving.at(-1) ?? "") + 1 - moving.length;
    const neighbour = step < 0 ? rest[list.indexOf(moving[0] ?? "") - 1] : rest[last];
    if (neighbour === undefined) return;
    this.move(moving, at, step < 0 ? neighbour : rest[last + 1]);
  }

  /**
   * Add cards to the backlog, with their tags and member. Throws ApiError: the first that was not made.
   */
  async add(lines: readonly Line[], told: Telling): Promise<void> {
    const boardId = this.boardId;
    if (boardId === undefined) return;
    const people = lines.some((line) => line.member) ? await this.space.people() : [];
    const added: Card[] = [];
    try {
      await this.#add(lines, boardId, people, added, told);
    } finally {
      // One step back takes all of them, or those that were made before one was refused.
      if (added.length > 0) this.space.undo.push(() => this.space.send(() => this.#remove(added)));
    }
  }

  async #add(
    lines: readonly Line[],
    boardId: number,
    people: readonly Schemas["MemberAnswer"][],
    added: Card[],
    told: Telling,
  ): Promise<void> {
    for (const { title, size_text, tags, member } of lines) {
      const body = { title, size_text, board_id: boardId };
      const card = await this.space.once((headers) => api.POST("/cards", { body, headers }));
      this.#place(card);
      told.made(card.uid);
      added.push(card);
      const params = { path: { card_id: card.id } };
      /** Give it something; what is refused hinders nothing else. */
      const give = async (what: string, work: (headers: Keyed) => Promise<Answer<unknown>>) => {
        try {
          await this.space.once(work);
        } catch (error) {
          onlyRefused(error);
          told.lacks(title, what);
        }
      };
      for (const name of tags) {
        const body = { name };
        await give(name, (headers) => api.POST("/cards/{card_id}/tags", { params, body, headers }));
      }
      const person = called(people, member);
      if (person) {
        const body = { user_id: person.id };
        const at = "/cards/{card_id}/members";
        await give(member, (headers) => api.POST(at, { params, body, headers }));
      } else if (member) told.lacks(title, member);
    }
  }

  /** Delete cards that were made by mistake. Throws ApiError. */
  async #remove(cards: readonly Card[]): Promise<void> {
    for (const { id, uid } of cards) {
      const params = { path: { card_id: id } };
      await this.space.once<unknown>((headers) =>
        api.DELETE("/cards/{card_id}", { params, headers }),
      );
      this.#take(uid);
    }
  }

  /** The lists as they would be if what is dragged were dropped now. */
  get shown(): Lists {
    const { lists, hovering } = this;
    return hovering ? moved(lists, { ...hovering, before: undefined }) : lists;
  }

  /** Say what the team means to take on in an iteration; null: not said. */
  setCapacity(id: string, capacity: number | null): void {
    const before = this.capacities[id] ?? null;
    this.#sayCapacity(id, capacity);
    this.space.undo.push(() => this.#sayCapacity(id, before), { places: [id], cards: [] });
  }

  #sayCapacity(id: string, capacity: number | null): void {
    this.capacities[id] = capacity;
    this.space.send(
      () => this.#tellCapacity(id, capacity),
      () => this.#outdated("iterations"),
    );
  }

  async #tellCapacity(id: string, capacity: number | null): Promise<void> {
    const params = { path: { space_uid: this.space.uid, iteration_id: id } };
    const at = "/spaces/{space_uid}/iterations/{iteration_id}/capacity";
    const body = { capacity };
    await this.space.once((headers) => own.PATCH(at, { params, body, headers }));
  }

  /**
   * Show moves, and send them behind one after the other, in the order in which they were made.
   * Returns how many of the cards are done, and so not to be seen in the backlog.
   */
  #do(moves: readonly Move[]): number {
    let from = this.lists;
    this.#made++;
    for (const move of moves) this.lists = moved(this.lists, move);
    // The backlog has what is still to be done.
    const done = (this.lists[BACKLOG] ?? []).filter((uid) => this.cards.get(uid)?.state === DONE);
    for (const uid of done) this.#take(uid);
    this.space.send(
      async () => {
        for (const move of moves) {
          await this.#sender.send(from, move);
          from = moved(from, move);
        }
      },
      () => {
        this.space.toast.close();
        this.#outdated("backlog", "iterations");
      },
    );
    return done.length;
  }

  /** Load the open iterations with their cards; returns whether nothing was moved meanwhile. */
  async #loadIterations(): Promise<boolean> {
    const made = this.#made;
    const { iterations, contents } = await openContents(this.space.uid);
    if (made !== this.#made) return false;
    const open = new Set([BACKLOG, ...iterations.map((one) => one.id)]);
    const kept = Object.entries(this.lists).filter(([key]) => open.has(key));
    this.lists = Object.fromEntries(kept);
    for (const content of contents) this.#fill(content);
    this.iterations = iterations;
    return true;
  }

  /** Load the cards of an iteration; returns whether nothing was moved meanwhile. */
  async #loadCards(id: string): Promise<boolean> {
    const made = this.#made;
    const content = await contentsOf(this.space.uid, id);
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
    const found = await backlogOf(this.space.id);
    if (made !== this.#made) return false;
    for (const card of found) this.cards.set(card.uid, card);
    this.lists = { ...this.lists, [BACKLOG]: found.map((card) => card.uid) };
    return true;
  }

  async #loadLeftOvers(): Promise<void> {
    for (const [uid, title] of await leftOvers(this.space.uid)) this.leftOver.set(uid, title);
  }

  #notice(event: SpaceEvent): void {
    const { kind, iteration_id: iteration, card_uid: card, payload } = event;
    if (kind === "iteration.removed" || kind === "iteration.closed") {
      this.#outdated("backlog", "iterations", "leftovers");
    } else if (/^iteration\.|calendar/.test(kind)) this.#outdated("iterations");
    else if (kind.startsWith("iteration_card.") && iteration) {
      this.#outdated(`cards ${iteration}`);
      if (card && kind.endsWith("removed")) this.#outdated(`card ${card}`);
    } else if (card && kind === "card.left") this.#take(card);
    else if (card && this.cards.has(card)) this.#outdated(`card ${card}`);
    else if (card && kind.startsWith("card")) {
      const told = payload as Record<string, unknown>;
      const id = told["card_id"] ?? told["id"];
      if (typeof id === "number") this.#outdated(`id ${id}`);
    }
  }

  /** Something is to be asked again, soon; again until it was answered. */
  #outdated(...what: string[]): void {
    for (const each of what) this.#stale.add(each);
    this.#refreshIn(SOON);
  }

  #refreshIn(milliseconds: number): void {
    // Events that come without end must not put it off without end.
    if (this.#ended || this.#refreshing !== undefined) return;
    this.#refreshing = setTimeout(() => void this.#refresh(), milliseconds);
  }

  async #refresh(): Promise<void> {
    this.#refreshing = undefined;
    if (this.#busy) return;
    this.#busy = true;
    // What was done here is sent first: else it would be shown as undone for a moment.
    await this.space.settled;
    // Lists first: where a card stands by itself shows only when they no longer have it.
    const stale = [...this.#stale].sort((a, b) => Number(isCard(a)) - Number(isCard(b)));
    this.#stale.clear();
    for (const what of stale) {
      try {
        if (!(await this.#renew(what))) this.#stale.add(what);
      } catch (error) {
        onlyRefused(error);
        const { status } = error as ApiError;
        // Else it is gone, or not for us any more.
        if (status === 0 || status === 429 || status >= 500) this.#stale.add(what);
      }
    }
    this.#busy = false;
    if (this.#stale.size > 0) this.#refreshIn(PAUSE);
    else this.renewals++;
  }

  async #renew(what: string): Promise<boolean> {
    const [kind, id = ""] = what.split(" ");
    if (kind === "backlog") return this.#loadBacklog();
    if (kind === "iterations") return this.#loadIterations();
    if (kind === "leftovers") return this.#loadLeftOvers().then(() => true);
    if (kind === "cards") return this.iteration(id) ? this.#loadCards(id) : true;
    return this.#loadCard(kind === "id" ? Number(id) : this.cards.get(id)?.id);
  }

  async #loadCard(id: number | undefined): Promise<boolean> {
    if (id === undefined) return true;
    const made = this.#made;
    const params = { path: { card_id: id } };
    try {
      const card = await unwrap(api.GET("/cards/{card_id}", { params }));
      if (made !== this.#made) return false;
      this.#place(card);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404))
        throw error;
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

/** Whether what is to be asked again is a single card. */
function isCard(what: string): boolean {
  return what.startsWith("card ") || what.startsWith("id ");
}

/** Whether a card comes behind another in the backlog. */
function isBehind(card: Card | undefined, other: Card): boolean {
  if (!card) return false;
  if (card.sort_order === other.sort_order) return card.id > other.id;
  return card.sort_order > other.sort_order;
}
