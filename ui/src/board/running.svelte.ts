// An iteration as its view shows it: its cards on their boards, its report, its forecast.
import { SvelteMap } from "svelte/reactivity";
import { forecastOf } from "../insights/queries";
import { latest } from "../iterations/changes";
import { api, own, type Schemas, unwrap } from "../lib/api";
import { AsyncAction } from "../lib/asyncAction.svelte";
import { t } from "../lib/i18n.svelte";
import { afterwards, type Deck, type Target } from "../card/picking.svelte";
import { editsOf } from "../plan/moveEdits";
import { BACKLOG, backTo, type Line } from "../plan/moves";
import { holderOf } from "./rows";
import { whereabouts } from "./whereabouts";
import {
  type Card,
  cardsOf,
  type Iteration,
  openIterations,
  type Person,
  recordsOf,
  sum,
  totalsOf,
} from "../space/queries";
import type { SpaceEvent } from "../space/follow";
import { ordered, stagesOf } from "../space/cells";
import { Editing } from "../space/editing";
import { type Change, type Edit, sendEdits } from "../space/edits";
import { ordersOf } from "../space/orders";
import { Refresh } from "../space/refresh";
import type { Board, Space } from "../space/space.svelte";

const SOON = 150;
const LIVE = 1;

/**
 * Where cards are put: a column, a lane (undefined: each stays in its own), behind a card that is
 * shown there or in front of all; and who has them then, null is nobody, undefined who has them now.
 */
export type Goal = {
  column: number;
  lane: number | undefined;
  behind: Card | undefined;
  person?: Person | null | undefined;
};

export class Running implements Deck {
  iteration: Iteration | undefined = $state.raw();
  report: Schemas["ReportAnswer"] | undefined = $state.raw();
  forecast: Schemas["ForecastAnswer"] | undefined = $state.raw();
  /** Where the cards are now that were left unfinished, by their ids. */
  where: ReadonlyMap<number, string> = $state.raw(new Map());
  readonly cards = new SvelteMap<string, Card>();
  /** How often it was loaded: what is drawn of it is out of date then. */
  loads = $state(0);
  /** Cards that were in it while it is looked at: what was archived may come back. */
  readonly #known = new Set<string>();
  readonly loading = new AsyncAction();
  #titles = new Map<string, string>();
  readonly #refresh = new Refresh(this.loading, () => this.#load(), SOON);
  readonly #unsubscribe: () => void;
  readonly #editing: Editing;

  constructor(
    readonly space: Space,
    readonly id: string,
  ) {
    this.#editing = new Editing(
      space,
      this.cards,
      (card) => this.#hold(card),
      () => this.#refresh.soon(),
    );
    this.#unsubscribe = space.listen((event) => this.#notice(event));
  }

  end(): void {
    this.#unsubscribe();
    this.#refresh.end();
  }

  /** Load it, until it is there. */
  load(): Promise<void> {
    return this.#refresh.now();
  }

  async #load(): Promise<void> {
    const { uid } = this.space;
    // What was done here is sent first: else it would be shown as undone for a moment.
    await this.space.settled;
    const { made } = this.#editing;
    const params = { path: { space_uid: uid, iteration_id: this.id } };
    const [{ iteration }, report, cards] = await Promise.all([
      latest(this.space, this.id),
      unwrap(own.GET("/spaces/{space_uid}/iterations/{iteration_id}/report", { params })),
      cardsOf(uid, this.id),
    ]);
    this.iteration = iteration;
    this.report = report;
    this.loads++;
    if (made !== this.#editing.made) return this.#refresh.soon();
    this.cards.clear();
    for (const card of cards) {
      this.cards.set(card.uid, card);
      this.#known.add(card.uid);
    }
    const over = iteration.status === "closed" || iteration.status === "removed";
    const left = over ? report.scope.unfinished.cards.flatMap((one) => one.card_id ?? []) : [];
    this.where = await whereabouts(uid, left);
    const forecast = over ? undefined : await forecastOf(uid, this.id);
    this.forecast = forecast;
  }

  /** The boards that have cards of it; without any the one that new cards go to. */
  get boards(): Board[] {
    const used = new Set([...this.cards.values()].map((card) => card.board_id));
    const found = this.space.boards.filter((board) => used.has(board.id));
    return found.length > 0 ? found : this.space.boards.filter((b) => b.primary_path).slice(0, 1);
  }

  /** The cards in a cell of a board, in order. */
  cell(columns: readonly number[], lane: number | undefined): Card[] {
    const found = [...this.cards.values()].filter(
      (card) => columns.includes(card.column_id) && (lane === undefined || card.lane_id === lane),
    );
    return ordered(found);
  }

  /** Put cards elsewhere; the page shows it at once, and takes it back if the server refuses. */
  move(cards: readonly Card[], goal: Goal): void {
    const { behind } = goal;
    const [first] = cards;
    const uids = cards.map(({ uid }) => uid);
    if (!first || (behind && uids.includes(behind.uid))) return;
    // Behind one that stands in the column itself and not in its first part: there.
    const column_id = behind?.column_id ?? goal.column;
    const lane_id = goal.lane === undefined ? undefined : (behind?.lane_id ?? goal.lane);
    const stages = this.space.boards.flatMap((board) => stagesOf(board));
    const stage = stages.find(({ ids }) => ids.includes(column_id));
    const list = this.cell(stage?.ids ?? [column_id], lane_id)
      .map(({ uid }) => uid)
      .filter((uid) => !uids.includes(uid));
    list.splice(behind ? list.indexOf(behind.uid) + 1 : 0, 0, ...uids);
    const orders = ordersOf(list, uids, this.cards);
    const edits = cards.map((card): Edit => {
      const { uid } = card;
      const sort_order = orders.get(uid) ?? card.sort_order;
      orders.delete(uid);
      const lane = lane_id === undefined ? {} : { lane_id };
      return { card_uids: [uid], column_id, ...lane, sort_order, ...given(card, goal.person) };
    });
    for (const [uid, sort_order] of orders) edits.push({ card_uids: [uid], sort_order });
    this.#make(edits);
    if (cards.length === 1) this.#tell(first.uid, column_id, lane_id ?? first.lane_id);
  }

  /** Make a card in a cell, and put it into the iteration. */
  add(board_id: number, { title, size_text }: Line, goal: Omit<Goal, "behind">): void {
    const { column: column_id, lane: lane_id, person } = goal;
    const { space } = this;
    const lane = lane_id === undefined ? {} : { lane_id };
    let made: Card | undefined;
    space.send(
      async () => {
        const body = { title, size_text, board_id, column_id, ...lane };
        const card = await space.once((headers) => api.POST("/cards", { body, headers }));
        const members = person ? { add_member_ids: [person.id] } : {};
        const edit = { card_uids: [card.uid], iteration_id: this.id, ...members };
        [made] = await sendEdits(space, [edit]);
        if (made) this.#hold(made);
      },
      () => this.#refresh.soon(),
    );
    space.toast.show(t("board.added", { title }), true);
    space.undo.push({
      back: () =>
        space.send(async () => {
          if (!made) return;
          const params = { path: { card_id: made.id } };
          await space.once<unknown>((headers) =>
            api.DELETE("/cards/{card_id}", { params, headers }),
          );
          this.cards.delete(made.uid);
        }),
    });
  }

  /** Change cards alike; the page shows it at once, and takes it back if the server refuses. */
  edit(uids: readonly string[], change: Change, said: string): void {
    this.#make([{ ...change, card_uids: [...uids] }], said);
  }

  /** Put cards into another iteration, or into the backlog. */
  moveTo(uids: readonly string[], to: string): void {
    const leaving = uids.map((uid) => this.cards.get(uid)).filter((card) => card !== undefined);
    if (leaving.length === 0 || to === this.id) return;
    void this.#leave(leaving, to);
  }

  async #leave(leaving: readonly Card[], to: string): Promise<void> {
    const uids = leaving.map(({ uid }) => uid);
    // In which order they stood in the plan is not shown here, but is what undoing restores.
    const records = await recordsOf(this.space.uid, this.id).catch(() => []);
    const list = records.toSorted((a, b) => a.sort_order - b.sort_order);
    const lists = { [this.id]: list.map((one) => one.card_uid) };
    const back = backTo(lists, uids).flatMap((move) => editsOf(lists, move, this.cards));
    const title = to === BACKLOG ? t("plan.backlog") : (this.#titles.get(to) ?? "");
    const what = t("plan.moved", { count: uids.length, title });
    const go = (): void => {
      this.#editing.made++;
      for (const uid of uids) this.cards.delete(uid);
      this.#editing.send([{ card_uids: uids, iteration_id: to || null }]);
    };
    go();
    this.space.toast.show(what, true);
    this.space.undo.push({
      back: () => {
        this.#editing.made++;
        for (const card of leaving) this.cards.set(card.uid, card);
        this.#editing.send(back);
      },
      again: go,
      places: [this.id, to],
      cards: uids,
      what,
    });
  }

  whereIs(uid: string): string | undefined {
    return this.cards.has(uid) ? this.id : undefined;
  }

  /** Where cards can go, with what is in it once they are there. Throws ApiError. */
  async targets(uids: readonly string[]): Promise<Target[]> {
    const [open, totals] = await Promise.all([
      openIterations(this.space.uid),
      totalsOf(this.space.uid),
    ]);
    this.#titles = new Map(open.map(({ id, title }) => [id, title]));
    const moving = sum(uids.flatMap((uid) => this.cards.get(uid) ?? [])).size;
    const others = open.filter(({ id }) => id !== this.id);
    return [
      ...others.map(({ id, title }) => {
        const size = (totals[id]?.scope.size ?? 0) + moving;
        return { id, title, note: afterwards(size, totals[id]?.capacity ?? null) };
      }),
      { id: BACKLOG, title: t("plan.backlog"), note: "" },
    ];
  }

  /** What somebody has to do is for the plan, and not for the board. */
  loadOf(): undefined {
    return undefined;
  }

  #make(edits: readonly Edit[], said?: string): void {
    const back = this.#editing.backOf(edits);
    if (back.length === 0) return;
    const make = (some: readonly Edit[]) => (): void => {
      this.#editing.show(some);
      this.#editing.send(some);
    };
    make(edits)();
    const cards = [...new Set(edits.flatMap(({ card_uids }) => card_uids))];
    const what = said === undefined ? {} : { what: said };
    if (said !== undefined) this.space.toast.show(said, true);
    this.space.undo.push({ back: make(back), again: make(edits), cards, ...what });
  }

  /** Say where a card stands now, to who does not see it. */
  #tell(uid: string, column: number, lane: number): void {
    const stage = this.boards
      .flatMap((board) => stagesOf(board))
      .find(({ ids }) => ids.includes(column));
    if (!stage) return;
    const all = this.cell(stage.ids, lane);
    const place = all.findIndex((one) => one.uid === uid) + 1;
    this.space.toast.hear(t("plan.place", { list: stage.title, place, of: all.length }));
  }

  #hold(card: Card): void {
    if (card.condition === LIVE) this.cards.set(card.uid, card);
    else this.cards.delete(card.uid);
  }

  #notice({ kind, iteration_id, card_uid }: SpaceEvent): void {
    const ours = iteration_id === this.id || (card_uid !== null && this.#known.has(card_uid));
    const counts = ours && !kind.startsWith("comment");
    if (counts || kind === "space.calendar_changed") this.#refresh.soon();
  }
}

/** What gives a card to somebody, or to nobody, and takes it from who had it. */
function given(card: Card, person: Person | null | undefined): Change {
  const holder = holderOf(card);
  if (person === undefined || holder?.id === person?.id) return {};
  const taken = holder ? { remove_member_ids: [holder.id] } : {};
  return person ? { ...taken, add_member_ids: [person.id] } : taken;
}
