// The plan of a space as the page holds it: loaded, changed by hand and by what others do.
import { SvelteMap } from "svelte/reactivity";
import { type Answer, api, own, ApiError, type Schemas } from "../lib/api";
import { Editing } from "../space/editing";
import { type Change, type Edit, grouped } from "../space/edits";
import {
  type Card,
  cardsWhere,
  type Contents,
  contentsOf,
  type Iteration,
  openContents,
} from "../space/queries";
import { t } from "../lib/i18n.svelte";
import { afterwards, type Deck, type Target } from "../card/picking.svelte";
import type { SpaceEvent } from "../space/follow";
import type { Keyed, Space } from "../space/space.svelte";
import { backlogOf, leftOvers } from "./queries";
import { isBehind } from "../space/orders";
import { editsOf, placed } from "./moveEdits";
import {
  BACKLOG,
  backTo,
  called,
  END,
  type Line,
  type Lists,
  type Move,
  moved,
  whereIs,
} from "./moves";

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
const ARCHIVED = 2;
/** So many cards are asked for by their ids in one address. */
const MOST_IDS = 100;

export class Plan implements Deck {
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
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #ended = false;
  readonly #unsubscribe: () => void;
  readonly #editing: Editing;

  constructor(readonly space: Space) {
    this.#editing = new Editing(
      space,
      this.cards,
      (card) => this.#place(card),
      () => this.#outdated("backlog", "iterations"),
    );
    this.#unsubscribe = space.listen((event) => this.#notice(event));
  }

  /** Load the open iterations and the backlog. Throws ApiError. */
  async load(): Promise<void> {
    // What was done in another view is in it.
    await this.space.settled;
    await Promise.all([this.#loadIterations(), this.#beginBacklog()]);
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
    const again = () => void this.#do([{ uids, to, before }]);
    undo.push({ back: () => this.#do(back), again, places, cards: uids, what: said });
  }

  /** Move cards to the end of a list, in the order in which they stand. */
  moveTo(uids: readonly string[], to: string): void {
    const order = Object.values(this.lists).flat();
    this.move(
      order.filter((uid) => uids.includes(uid)),
      to,
      undefined,
    );
  }

  /** The list that a card is in; "" is the backlog. */
  whereIs(uid: string): string | undefined {
    return whereIs(this.lists, uid);
  }

  /** Where cards can go, what is most likely meant first, with what is in it once they are there. */
  targets(uids: readonly string[]): Promise<Target[]> {
    const outside = uids.every((uid) => this.whereIs(uid) === BACKLOG);
    const next = this.iterations.find((one) => one.status === "planned");
    const others = this.iterations.filter((one) => one !== next);
    const open = [...(next ? [next] : []), ...others].map(({ id, title }) => {
      const list = this.lists[id] ?? [];
      const { size } = this.sum([...new Set([...list, ...uids])]);
      return { id, title, note: afterwards(size, this.capacities[id] ?? null) };
    });
    const backlog = { id: BACKLOG, title: t("plan.backlog"), note: "" };
    return Promise.resolve(outside ? [...open, backlog] : [backlog, ...open]);
  }

  /** The sizes of what a person has to do in the open iterations. */
  loadOf(id: number): number {
    const planned = this.iterations.flatMap((one) => this.listed(one.id));
    return planned
      .filter((card) => card.state !== DONE && card.members.some((one) => one.id === id))
      .reduce((sum, card) => sum + (card.size ?? 0), 0);
  }

  /** Where the focus goes when cards leave: to the card behind them, or else in front. */
  beside(uids: readonly string[]): string | undefined {
    const at = this.whereIs(uids[0] ?? "");
    const list = at === undefined ? [] : (this.lists[at] ?? []);
    const last = Math.max(...uids.map((uid) => list.indexOf(uid)));
    const rest = (uid: string): boolean => !uids.includes(uid);
    return list.slice(last + 1).find(rest) ?? list.slice(0, Math.max(0, last)).findLast(rest);
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
      const back = () => this.space.send(() => this.#remove(added));
      if (added.length > 0) this.space.undo.push({ back });
    }
  }

  /** Add a card below another one, in its list; returns its uid. Throws ApiError. */
  async addBelow(line: Line, uid: string, told: Telling): Promise<string | undefined> {
    const list = this.whereIs(uid);
    const over = this.cards.get(uid);
    if (list === undefined || !over) return undefined;
    const people = line.member ? await this.space.people() : [];
    const added: Card[] = [];
    await this.#add([line], over.board_id, people, added, told);
    const [card] = added;
    if (!card) return undefined;
    const at = this.lists[list] ?? [];
    const before = at.filter((one) => one !== card.uid)[at.indexOf(uid) + 1] ?? END;
    this.#do([{ uids: [card.uid], to: list, before }]);
    const back = (): void => this.space.send(() => this.#remove(added));
    this.space.undo.push({ back, cards: [uid] });
    return card.uid;
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
    this.space.undo.push({
      back: () => this.#sayCapacity(id, before),
      again: () => this.#sayCapacity(id, capacity),
      places: [id],
    });
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
    const edits: Edit[] = [];
    for (const move of moves) {
      const some = editsOf(this.lists, move, this.cards);
      edits.push(...some);
      const lists = placed(this.lists, move, this.cards);
      this.#editing.show(some);
      this.lists = lists;
    }
    // The backlog has what is still to be done.
    const done = (this.lists[BACKLOG] ?? []).filter((uid) => this.cards.get(uid)?.state === DONE);
    for (const uid of done) this.#take(uid);
    this.#editing.send(grouped(edits));
    return done.length;
  }

  /**
   * Change cards alike; the page shows it at once, and takes it back if the server refuses. What is
   * `said` is not shown where one sees it happen.
   */
  edit(uids: readonly string[], change: Change, said: string, show = true): void {
    const cards = uids.map((uid) => this.cards.get(uid)).filter((card) => card !== undefined);
    const there: Edit[] = [{ ...change, card_uids: cards.map(({ uid }) => uid) }];
    const back = this.#editing.backOf(there);
    if (back.length === 0) return;
    // What is archived leaves its plan, and comes back to its place in it.
    const gone = change.condition === ARCHIVED;
    const places = gone ? backTo(this.lists, uids) : [];
    const make = (edits: readonly Edit[], moves: readonly Move[] = []): void => {
      this.#editing.show(edits);
      if (gone && moves.length === 0) for (const uid of uids) this.#take(uid);
      for (const move of moves) this.lists = moved(this.lists, move);
      const planned = moves.flatMap((move) =>
        move.to === BACKLOG ? [] : editsOf(this.lists, move, this.cards),
      );
      this.#editing.send([...edits, ...planned]);
    };
    make(there);
    if (show) this.space.toast.show(said, true);
    this.space.undo.push({
      back: () => make(back, places),
      again: () => make(there),
      cards: uids,
      what: said,
    });
  }

  /** Load the open iterations with their cards; returns whether nothing was moved meanwhile. */
  async #loadIterations(): Promise<boolean> {
    const made = this.#editing.made;
    const { iterations, contents } = await openContents(this.space.uid);
    if (made !== this.#editing.made) return false;
    const open = new Set([BACKLOG, ...iterations.map((one) => one.id)]);
    const kept = Object.entries(this.lists).filter(([key]) => open.has(key));
    this.lists = Object.fromEntries(kept);
    for (const content of contents) this.#fill(content);
    this.iterations = iterations;
    return true;
  }

  /** Load the cards of an iteration; returns whether nothing was moved meanwhile. */
  async #loadCards(id: string): Promise<boolean> {
    const made = this.#editing.made;
    const content = await contentsOf(this.space.uid, id);
    if (made !== this.#editing.made) return false;
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
    const made = this.#editing.made;
    const found = await backlogOf(this.space.uid);
    if (made !== this.#editing.made) return false;
    for (const card of found) this.cards.set(card.uid, card);
    this.lists = { ...this.lists, [BACKLOG]: found.map((card) => card.uid) };
    return true;
  }

  /** Load the backlog; done when its first page is there, behind which the others come. */
  async #beginBacklog(): Promise<void> {
    const { made } = this.#editing;
    let begun = (): void => undefined;
    const first = new Promise<void>((resolve) => (begun = resolve));
    const whole = backlogOf(this.space.uid, (cards) => {
      this.#append(cards);
      begun();
    });
    whole.then(
      () => {
        if (made !== this.#editing.made) this.#outdated("backlog");
      },
      () => this.#outdated("backlog"),
    );
    await Promise.race([first, whole]);
  }

  /** Show more cards of the backlog behind those that are shown. */
  #append(cards: readonly Card[]): void {
    const shown = new Set(Object.values(this.lists).flat());
    const more = cards.filter(({ uid }) => !shown.has(uid));
    for (const card of more) this.cards.set(card.uid, card);
    const list = [...(this.lists[BACKLOG] ?? []), ...more.map(({ uid }) => uid)];
    this.lists = { ...this.lists, [BACKLOG]: list };
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
    const stale = [...this.#stale];
    this.#stale.clear();
    const cards = stale.filter(isCard);
    for (const some of [...stale.filter((what) => !isCard(what)).map((what) => [what]), cards]) {
      if (some.length === 0) continue;
      try {
        if (await this.#renew(some)) continue;
      } catch (error) {
        onlyRefused(error);
        const { status } = error as ApiError;
        // Else it is gone, or not for us any more.
        if (status !== 0 && status !== 429 && status < 500) continue;
      }
      for (const what of some) this.#stale.add(what);
    }
    this.#busy = false;
    if (this.#stale.size > 0) this.#refreshIn(PAUSE);
    else this.renewals++;
  }

  async #renew(stale: readonly string[]): Promise<boolean> {
    const [kind, id = ""] = (stale[0] ?? "").split(" ");
    if (kind === "backlog") return this.#loadBacklog();
    if (kind === "iterations") return this.#loadIterations();
    if (kind === "leftovers") return this.#loadLeftOvers().then(() => true);
    if (kind === "cards") return this.iteration(id) ? this.#loadCards(id) : true;
    const ids = stale.map((what) => {
      const [named, one = ""] = what.split(" ");
      return named === "id" ? Number(one) : this.cards.get(one)?.id;
    });
    return this.#loadSome([...new Set(ids.filter((one) => one !== undefined))]);
  }

  /** Load cards by their ids, those that are gone among them. */
  async #loadSome(ids: readonly number[]): Promise<boolean> {
    for (let at = 0; at < ids.length; at += MOST_IDS) {
      const made = this.#editing.made;
      const some = ids.slice(at, at + MOST_IDS);
      const found = await cardsWhere(this.space.uid, { ids: some.join(), condition: "1,2" });
      if (made !== this.#editing.made) return false;
      for (const card of found) this.#place(card);
      const there = new Set(found.map((card) => card.id));
      for (const card of this.cards.values())
        if (some.includes(card.id) && !there.has(card.id)) this.#take(card.uid);
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
