// Changes of many cards at once: what they make of a card, and what takes them back.
import { own, ApiError, type Schemas } from "../lib/api";
import { sizeOf } from "../lib/size";
import { type Card, cardsOfRows, type Person } from "./queries";
import type { Space } from "./space.svelte";

export type Edit = Omit<Schemas["CardEdit"], "title" | "size_text"> & {
  title?: string;
  size_text?: string | null;
};
/** An edit without the cards that it is of. */
export type Change = Omit<Edit, "card_uids">;

/** So many cards can be named in one request. */
const MOST_AT_ONCE = 200;
/** What a card says itself, as it can be put back. */
const VALUES = ["title", "size_text", "condition", "column_id", "lane_id", "sort_order"] as const;

/** A card after a change, as far as it is known before the server answers. */
export function changed(
  card: Card,
  change: Change,
  people: readonly Person[],
  state?: number,
): Card {
  const after: Card = { ...card };
  const { title, condition, column_id, lane_id, sort_order, size_text } = change;
  if (title !== undefined) after.title = title;
  if (condition !== undefined) after.condition = condition;
  if (column_id !== undefined) after.column_id = column_id;
  if (lane_id !== undefined) after.lane_id = lane_id;
  if (sort_order !== undefined) after.sort_order = sort_order;
  if (state !== undefined) after.state = state;
  if (size_text !== undefined) {
    after.size_text = size_text;
    after.size = size_text === null ? null : sizeOf(size_text);
    after.size_unit = null;
  }
  const { add_tags = [], remove_tags = [] } = change;
  const there = new Set(card.tags.map(({ name }) => name));
  const tags = add_tags.filter((name) => !there.has(name)).map((name) => ({ id: 0, name }));
  after.tags = [...card.tags, ...tags].filter(({ name }) => !remove_tags.includes(name));
  const { add_member_ids = [], remove_member_ids = [] } = change;
  const members = new Set(card.members.map(({ id }) => id));
  const joining = add_member_ids
    .filter((id) => !members.has(id))
    .flatMap((id) => people.find((one) => one.id === id) ?? []);
  after.members = [...card.members, ...joining].filter(({ id }) => !remove_member_ids.includes(id));
  return after;
}

/** What brings a card back to what it is, once a change was made of it; undefined: nothing does. */
function backOf(card: Card, change: Change): Change | undefined {
  const back: Change = {};
  for (const key of VALUES) {
    if (change[key] !== undefined && change[key] !== card[key])
      Object.assign(back, { [key]: card[key] });
  }
  // Without a place a card that comes into a cell is its last.
  if (back.column_id !== undefined || back.lane_id !== undefined) back.sort_order = card.sort_order;
  const tags = card.tags.map(({ name }) => name);
  const members = card.members.map(({ id }) => id);
  const parts = {
    remove_tags: (change.add_tags ?? []).filter((name) => !tags.includes(name)),
    add_tags: (change.remove_tags ?? []).filter((name) => tags.includes(name)),
    remove_member_ids: (change.add_member_ids ?? []).filter((id) => !members.includes(id)),
    add_member_ids: (change.remove_member_ids ?? []).filter((id) => members.includes(id)),
  };
  for (const [key, some] of Object.entries(parts))
    if (some.length > 0) Object.assign(back, { [key]: some });
  return Object.keys(back).length > 0 ? back : undefined;
}

/** The edits that bring cards back to what they are, once a change was made of them. */
export function backTo(cards: readonly Card[], change: Change): Edit[] {
  return grouped(
    cards.flatMap((card) => {
      const back = backOf(card, change);
      return back ? [{ card_uids: [card.uid], ...back }] : [];
    }),
  );
}

/** The same edits, those one behind the other that are alike as one. */
export function grouped(edits: readonly Edit[]): Edit[] {
  const groups: Edit[] = [];
  let last = "";
  for (const { card_uids, ...what } of edits) {
    const alike = JSON.stringify(what);
    const group = groups.at(-1);
    // In front of a card they would come in another order.
    if (group && alike === last && what.before === undefined) group.card_uids.push(...card_uids);
    else groups.push({ ...what, card_uids: [...card_uids] });
    last = alike;
  }
  return groups;
}

/** The edits in as few requests as can be. */
export function batches(edits: readonly Edit[]): Edit[][] {
  const all: Edit[][] = [];
  let room = 0;
  for (const { card_uids, ...what } of edits) {
    for (let at = 0; at < card_uids.length;) {
      if (room === 0) {
        all.push([]);
        room = MOST_AT_ONCE;
      }
      const some = card_uids.slice(at, at + room);
      all.at(-1)?.push({ ...what, card_uids: some });
      room -= some.length;
      at += some.length;
    }
  }
  return all;
}

/**
 * Make edits; returns the cards as they are then. Throws ApiError, also where one card was refused
 * and others were not.
 */
export async function sendEdits(space: Space, edits: readonly Edit[]): Promise<Card[]> {
  const params = { path: { space_uid: space.uid } };
  const cards: Card[] = [];
  let refused: Schemas["RefusedEdit"] | undefined;
  for (const some of batches(edits)) {
    const found = await space.once((headers) =>
      own.POST("/spaces/{space_uid}/cards/edit", { params, body: { edits: some }, headers }),
    );
    cards.push(...cardsOfRows(found));
    refused ??= found.refused[0];
  }
  if (refused) {
    const { message, code, error: id, about = {} } = refused.error;
    throw new ApiError(400, message, code, false, { id, about });
  }
  return cards;
}
