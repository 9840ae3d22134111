// Which sort_order puts a card between others.
import type { Card } from "./queries";

/** The gap between two cards that are renumbered: many fit before the next one. */
const GAP = 1 / 1024;

export type Cards = { get: (uid: string) => Card | undefined };

/** Whether a card comes behind another. */
export function isBehind(card: Card | undefined, other: Card): boolean {
  if (!card) return false;
  if (card.sort_order === other.sort_order) return card.id > other.id;
  return card.sort_order > other.sort_order;
}

/**
 * The sort_order of each card that needs another one, where some stand beside each other in a list.
 * Those of different columns may have the same: then all from there on are renumbered.
 */
export function ordersOf(
  list: readonly string[],
  uids: readonly string[],
  cards: Cards,
): Map<string, number> {
  const orders = new Map<string, number>();
  const first = list.indexOf(uids[0] ?? "");
  const around = list.slice(Math.max(0, first - 1), first + uids.length + 1);
  const known = around.map((uid) => cards.get(uid)).filter((card) => card !== undefined);
  if (known.every((card, at) => at === 0 || isBehind(card, known[at - 1] as Card))) return orders;
  const low = cards.get(list[first - 1] ?? "")?.sort_order ?? 0;
  const high = cards.get(list[first + uids.length] ?? "")?.sort_order;
  if (high === undefined || high > low) {
    const step = ((high ?? low + uids.length + 1) - low) / (uids.length + 1);
    for (const [n, uid] of uids.entries()) orders.set(uid, low + step * (n + 1));
    return orders;
  }
  let last = low;
  for (const uid of list.slice(first)) {
    const now = cards.get(uid)?.sort_order ?? 0;
    if (!uids.includes(uid) && now > last) break;
    last += GAP;
    orders.set(uid, last);
  }
  return orders;
}
