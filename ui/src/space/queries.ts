// What the views ask the server for: iterations, and the cards that are in them.
import { allPages, api, own, type OwnPaths, type Schemas, unwrap } from "../lib/api";

/** Somebody who takes part in a card. */
export type Person = Schemas["PersonOfRows"];
type CardTag = Pick<Schemas["TagOfRows"], "id" | "name">;
/** What is shown of a card, as rows and single answers both have it. */
export type Card = Pick<
  Schemas["CardRowAnswer"],
  | "id"
  | "uid"
  | "title"
  | "state"
  | "condition"
  | "sort_order"
  | "column_id"
  | "lane_id"
  | "board_id"
  | "size"
  | "size_unit"
  | "size_text"
> & { tags: readonly CardTag[]; members: readonly Person[] };
/** What a list of cards can be asked for. */
type CardFilter = NonNullable<OwnPaths["/spaces/{space_uid}/cards"]["get"]["parameters"]["query"]>;
/**
 * `start_date` and `finish_date` are days of the space, as `2026-11-30`; `written` are those that
 * came with a time, to be put back as they were.
 */
export type Iteration = Schemas["IterationAnswer"] & {
  written?: { start_date?: string; finish_date?: string };
};
export type Total = Schemas["TotalOfIterationAnswer"];

export type ListedSpace = Pick<Schemas["ListedSpaceAnswer"], "uid" | "title">;

/** The spaces that one may look into, in their order. Throws ApiError. */
export async function allSpaces(): Promise<ListedSpace[]> {
  const found = await allPages((offset) =>
    unwrap(api.GET("/spaces", { params: { query: { offset } } })),
  );
  return found.toSorted((a, b) => a.sort_order - b.sort_order || a.id - b.id);
}

/** What is in an iteration: records in it, their cards, and what the team means to take on. */
export type Contents = {
  id: string;
  records: Schemas["IterationCardAnswer"][];
  cards: Card[];
  capacity: number | null;
};

/** Iterations of a space in some states, by their first day. Throws ApiError. */
export async function iterationsOf(
  space: string,
  status: string,
  more: { with_data?: "cards" } = {},
): Promise<Iteration[]> {
  const path = { space_uid: space };
  const [withDays, all] = await Promise.all([
    daysOf(space, status),
    allPages((offset) => {
      const query = { status, limit: 100, offset, ...more };
      return unwrap(api.GET("/spaces/{space_uid}/iterations", { params: { path, query } }));
    }),
  ]);
  const found = all.map(withDays);
  const begins = (one: Iteration) => one.start_date ?? "9999";
  return found.sort((a, b) => begins(a).localeCompare(begins(b)) || a.sort_order - b.sort_order);
}

/** A day as it is answered where it was written without a time. */
const midnight = (day: string | null): string => `${day}T00:00:00.000Z`;

/**
 * Ask what the dates of a space's iterations in some states mean; returns how to put that in.
 * Throws ApiError.
 */
export async function daysOf(
  space: string,
  status: string,
): Promise<(one: Iteration) => Iteration> {
  const params = { path: { space_uid: space }, query: { status } };
  const found = await unwrap(own.GET("/spaces/{space_uid}/periods", { params }));
  const periods = new Map(found.map((period) => [period.iteration_id, period]));
  return (one) => {
    const period = periods.get(one.id);
    if (!period) return one;
    const [start_date, finish_date] = [period.first_day, period.last_day];
    const written: Iteration["written"] = {};
    if (one.start_date && one.start_date !== midnight(start_date))
      written.start_date = one.start_date;
    if (one.finish_date && one.finish_date !== midnight(finish_date))
      written.finish_date = one.finish_date;
    return { ...one, start_date, finish_date, written };
  };
}

/** What is in an iteration. Throws ApiError. */
export async function contentsOf(space: string, id: string): Promise<Contents> {
  const path = { space_uid: space, iteration_id: id };
  const [records, cards, { capacity }] = await Promise.all([
    recordsOf(space, id),
    cardsOf(space, id),
    unwrap(own.GET("/spaces/{space_uid}/iterations/{iteration_id}/capacity", { params: { path } })),
  ]);
  return { id, records, cards, capacity };
}

/** What is in all planned and active iterations of a space. Throws ApiError. */
export async function openContents(
  space: string,
): Promise<{ iterations: Iteration[]; contents: Contents[] }> {
  const [iterations, totals, planned] = await Promise.all([
    iterationsOf(space, "planned,active", { with_data: "cards" }),
    totalsOf(space),
    cardsWhere(space, { iteration_id: "any" }),
  ]);
  const contents = iterations.map(({ id, cards: records = [] }) => {
    const inside = new Set(records.map((record) => record.card_uid));
    const cards = planned.filter(({ uid }) => inside.has(uid));
    return { id, records, cards, capacity: totals[id]?.capacity ?? null };
  });
  return { iterations, contents };
}

/** The planned and active iterations of a space. Throws ApiError. */
export function openIterations(space: string): Promise<Iteration[]> {
  return iterationsOf(space, "planned,active");
}

/** What each open iteration of a space holds, by its id. Throws ApiError. */
export async function totalsOf(space: string): Promise<Record<string, Total>> {
  const params = { path: { space_uid: space } };
  const found = await unwrap(own.GET("/spaces/{space_uid}/totals", { params }));
  return Object.fromEntries(found.map((total) => [total.iteration_id, total]));
}

type Rows = Pick<Schemas["CardRowsAnswer"], "rows" | "people" | "tags">;

/** The cards that rows tell of. */
export function cardsOfRows({ rows, people, tags }: Rows): Card[] {
  const personOf = new Map(people.map((one) => [one.id, one]));
  const tagOf = new Map(tags.map((one) => [one.id, one]));
  return rows.map((row) => ({
    ...row,
    members: row.member_ids.flatMap((id) => personOf.get(id) ?? []),
    tags: row.tag_ids.flatMap((id) => tagOf.get(id) ?? []),
  }));
}

/** A page of the cards of a space that match, and where the next one begins. Throws ApiError. */
export async function cardPage(
  space: string,
  query: CardFilter,
): Promise<{ cards: Card[]; position: string | null }> {
  const params = { path: { space_uid: space }, query };
  const found = await unwrap(own.GET("/spaces/{space_uid}/cards", { params }));
  return { cards: cardsOfRows(found), position: found.position };
}

const FIRST_PAGE = 200;
const LARGEST_PAGE = 1000;

/** All cards of a space that match; each page is told of when it is there. Throws ApiError. */
export async function cardsWhere(
  space: string,
  query: CardFilter,
  each: (cards: Card[]) => void = () => undefined,
): Promise<Card[]> {
  const all: Card[] = [];
  // The first is small, to be shown soon.
  let start: CardFilter = { limit: FIRST_PAGE };
  for (;;) {
    const { cards, position } = await cardPage(space, { ...query, ...start });
    all.push(...cards);
    each(cards);
    if (position === null) return all;
    start = { start_position: position, limit: LARGEST_PAGE };
  }
}

/** The cards that are in an iteration of a space. Throws ApiError. */
export function cardsOf(space: string, iteration_id: string): Promise<Card[]> {
  return cardsWhere(space, { iteration_id });
}

/** The number and the sizes of cards. */
export function sum(cards: readonly Card[]): { count: number; size: number } {
  return { count: cards.length, size: cards.reduce((size, card) => size + (card.size ?? 0), 0) };
}

/** The records of cards that are in an iteration. Throws ApiError. */
export function recordsOf(space: string, id: string): Promise<Schemas["IterationCardAnswer"][]> {
  const params = { path: { space_uid: space, iteration_id: id }, query: { status: "active" } };
  return unwrap(api.GET("/spaces/{space_uid}/iterations/{iteration_id}/cards", { params }));
}
