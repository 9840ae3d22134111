// An iteration as its view shows it: its cards on their boards, its report, its forecast.
import { SvelteMap } from "svelte/reactivity";
import { change } from "../card/changes";
import { forecastOf } from "../insights/queries";
import { latest } from "../iterations/changes";
import { own, type Schemas, unwrap } from "../lib/api";
import { AsyncAction } from "../lib/asyncAction.svelte";
import { t } from "../lib/i18n.svelte";
import { type Card, cardsOf, type Iteration } from "../space/queries";
import type { SpaceEvent } from "../space/follow";
import { orderBehind, ordered, stagesOf } from "../space/cells";
import { Refresh } from "../space/refresh";
import type { Board, Space } from "../space/space.svelte";

const SOON = 150;
const FIRST = 1;

/** Where a card is put: a column and a lane, behind a card of that cell or in front of all. */
export type Goal = { column: number; lane: number; behind: Card | undefined };

export class Running {
  iteration: Iteration | undefined = $state.raw();
  report: Schemas["ReportAnswer"] | undefined = $state.raw();
  forecast: Schemas["ForecastAnswer"] | undefined = $state.raw();
  readonly cards = new SvelteMap<string, Card>();
  /** How often it was loaded: what is drawn of it is out of date then. */
  loads = $state(0);
  #moves = 0;
  /** Cards that were in it while it is looked at: what was archived may come back. */
  readonly #known = new Set<string>();
  readonly loading = new AsyncAction();
  readonly #refresh = new Refresh(this.loading, () => this.#load(), SOON);
  readonly #unsubscribe: () => void;

  constructor(
    readonly space: Space,
    readonly id: string,
  ) {
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
    const moves = this.#moves;
    const params = { path: { space_uid: uid, iteration_id: this.id } };
    const [{ iteration }, report, cards] = await Promise.all([
      latest(this.space, this.id),
      unwrap(own.GET("/spaces/{space_uid}/iterations/{iteration_id}/report", { params })),
      cardsOf(this.id),
    ]);
    this.iteration = iteration;
    this.report = report;
    this.loads++;
    if (moves !== this.#moves) return this.#refresh.soon();
    this.cards.clear();
    for (const card of cards) {
      this.cards.set(card.uid, card);
      this.#known.add(card.uid);
    }
    const over = iteration.status === "closed" || iteration.status === "removed";
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

  /** Put a card elsewhere; the page shows it at once, and takes it back if the server refuses. */
  move(card: Card, goal: Goal): void {
    const { behind } = goal;
    if (card.uid === behind?.uid) return;
    // Behind one that stands in the column itself and not in its first part, or in another lane
    // where lanes are not distinguished: there.
    const column = behind?.column_id ?? goal.column;
    const lane = behind?.lane_id ?? goal.lane;
    const { column_id, lane_id, sort_order } = card;
    const shown = this.cell([column], lane).filter((one) => one.uid !== card.uid);
    this.#moves++;
    this.cards.set(card.uid, {
      ...card,
      column_id: column,
      lane_id: lane,
      sort_order: orderBehind(shown, behind),
    });
    this.#tell(card.uid, column, lane);
    const place = behind === undefined ? { position: FIRST } : { prev_card_id: behind.id };
    this.#send(card, { column_id: column, lane_id: lane, ...place } as never);
    this.space.undo.push(() => {
      this.#moves++;
      const now = this.cards.get(card.uid);
      if (now) this.cards.set(card.uid, { ...now, column_id, lane_id, sort_order });
      this.#send(card, { column_id, lane_id, sort_order });
    });
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

  #send(card: Card, body: Parameters<typeof change>[2]): void {
    const moves = this.#moves;
    this.space.send(
      async () => {
        const changed = await change(this.space, card.id, body);
        // Where it was put later is shown already.
        if (moves === this.#moves && this.cards.has(card.uid)) this.cards.set(card.uid, changed);
      },
      () => this.#refresh.soon(),
    );
  }

  #notice({ kind, iteration_id, card_uid }: SpaceEvent): void {
    const ours = iteration_id === this.id || (card_uid !== null && this.#known.has(card_uid));
    const counts = ours && !kind.startsWith("comment");
    if (counts || kind === "space.calendar_changed") this.#refresh.soon();
  }
}
