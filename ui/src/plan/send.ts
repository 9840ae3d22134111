// Tells the server of moves: to an iteration, out of it, to another place in it or in the backlog.
import { type Answer, api, own, ApiError, type Schemas } from "../lib/api";
import type { Card } from "../space/queries";
import type { Keyed } from "../space/space.svelte";
import { BACKLOG, type Lists, type Move, moved, whereIs } from "./moves";

const MOST_AT_ONCE = 200;
/** The gap between two cards that are renumbered: many fit before the next one. */
const GAP = 1 / 1024;

/** Asks for a change until the server answers, under one key. */
export type Once = <T>(ask: (headers: Keyed) => Promise<Answer<T>>) => Promise<T>;

export class Sender {
  constructor(
    readonly space: string,
    readonly cards: Map<string, Card>,
    readonly once: Once,
  ) {}

  /** Tell of a move that was made when the lists were these. Throws ApiError. */
  async send(lists: Lists, { uids, to, before }: Move): Promise<void> {
    const bySource = new Map<string, string[]>();
    for (const uid of uids) {
      const from = whereIs(lists, uid) ?? BACKLOG;
      bySource.set(from, [...(bySource.get(from) ?? []), uid]);
    }
    for (const [from, some] of bySource) {
      for (let at = 0; at < some.length; at += MOST_AT_ONCE) {
        await this.#arrange(from, to, some.slice(at, at + MOST_AT_ONCE), before);
      }
      if (to === BACKLOG && (from === BACKLOG || before !== undefined)) {
        await this.#reorderBacklog(lists, some, before);
      }
    }
  }

  async #arrange(from: string, to: string, uids: string[], before?: string): Promise<void> {
    if (from === BACKLOG && to === BACKLOG) return;
    const place = before === undefined ? {} : { before };
    let body: Schemas["ArrangeCards"];
    let at = from;
    if (from === to) body = { action: "reorder", card_uids: uids, ...place };
    else if (to === BACKLOG) body = { action: "remove", card_uids: uids };
    else if (from !== BACKLOG) body = { action: "move", card_uids: uids, to, ...place };
    else {
      body = { action: "add", card_uids: uids, ...place };
      at = to;
    }
    const params = { path: { space_uid: this.space, iteration_id: at } };
    const outcomes = await this.once((headers) =>
      own.POST("/spaces/{space_uid}/iterations/{iteration_id}/cards/arrange", {
        params,
        body,
        headers,
      }),
    );
    const refused = outcomes.find((outcome) => outcome.error);
    if (refused?.error) {
      const { message, code, error: id, about = {} } = refused.error;
      throw new ApiError(400, message, code, false, { id, about });
    }
  }

  /**
   * The backlog is in the order of the boards: a card goes between two others by its sort_order.
   * Those of different columns may have the same: then all from there on are renumbered.
   */
  async #reorderBacklog(lists: Lists, uids: readonly string[], before?: string): Promise<void> {
    const order = moved(lists, { uids, to: BACKLOG, before })[BACKLOG] ?? [];
    const first = order.indexOf(uids[0] ?? "");
    const low = this.cards.get(order[first - 1] ?? "")?.sort_order ?? 0;
    const high = this.cards.get(order[first + uids.length] ?? "")?.sort_order;
    if (high === undefined || high > low) {
      const step = ((high ?? low + uids.length + 1) - low) / (uids.length + 1);
      for (const [n, uid] of uids.entries()) await this.#setOrder(uid, low + step * (n + 1));
      return;
    }
    let last = low;
    for (const uid of order.slice(first)) {
      const now = this.cards.get(uid)?.sort_order ?? 0;
      if (!uids.includes(uid) && now > last) break;
      last += GAP;
      await this.#setOrder(uid, last);
    }
  }

  async #setOrder(uid: string, sort_order: number): Promise<void> {
    const card = this.cards.get(uid);
    if (!card) return;
    const params = { path: { card_id: card.id } };
    const changed = await this.once((headers) =>
      api.PATCH("/cards/{card_id}", { params, body: { sort_order }, headers }),
    );
    this.cards.set(uid, changed);
  }
}
