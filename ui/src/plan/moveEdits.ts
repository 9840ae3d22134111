// What the server is told of moves. The backlog is in the order of the boards: there a card's place is
// its sort_order.
import type { Edit } from "../space/edits";
import { type Cards, isBehind, ordersOf } from "../space/orders";
import { BACKLOG, END, type Lists, type Move, moved, whereIs } from "./moves";

/** The lists after a move, where cards that come back without a place stand where their board has them. */
export function placed(lists: Lists, move: Move, cards: Cards): Lists {
  const back =
    move.to === BACKLOG && move.before === undefined
      ? move.uids.filter((uid) => whereIs(lists, uid) !== BACKLOG)
      : [];
  const after = moved(lists, move);
  if (back.length === 0) return after;
  const going = new Set(back);
  const list = (after[BACKLOG] ?? []).filter((uid) => !going.has(uid));
  for (const uid of back) {
    const card = cards.get(uid);
    const next = card ? list.findIndex((other) => isBehind(cards.get(other), card)) : -1;
    list.splice(next < 0 ? list.length : next, 0, uid);
  }
  return { ...after, [BACKLOG]: list };
}

/** The edits that tell of a move that is made when the lists are these. */
export function editsOf(lists: Lists, { uids, to, before }: Move, cards: Cards): Edit[] {
  if (to !== BACKLOG) {
    const place = before === undefined || before === END ? {} : { before };
    return [{ card_uids: [...uids], iteration_id: to, ...place }];
  }
  const staying = uids.every((uid) => whereIs(lists, uid) !== BACKLOG);
  const list = moved(lists, { uids, to, before })[BACKLOG] ?? [];
  const orders =
    before === undefined && staying ? new Map<string, number>() : ordersOf(list, uids, cards);
  const own = uids.map((uid): Edit => {
    const sort_order = orders.get(uid);
    orders.delete(uid);
    const out = whereIs(lists, uid) === BACKLOG ? {} : { iteration_id: null };
    return { card_uids: [uid], ...out, ...(sort_order === undefined ? {} : { sort_order }) };
  });
  const others = [...orders].map(([uid, sort_order]): Edit => ({ card_uids: [uid], sort_order }));
  return [...own, ...others].filter((edit) => Object.keys(edit).length > 1);
}
