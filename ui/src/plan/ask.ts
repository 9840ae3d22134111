// What the plan asks the server for: iterations with their cards, the backlog, what was left over.
import { allPages, api, own, type Schemas, wanted } from "../lib/api";

const LOOK_BACK = 3;

/** What the plan shows of a card, as lists and single answers both have it. */
export type Card = Pick<
  Schemas["ListedCardAnswer"],
  | "id"
  | "uid"
  | "title"
  | "state"
  | "condition"
  | "sort_order"
  | "board_id"
  | "board"
  | "size"
  | "size_unit"
  | "tags"
  | "members"
>;
export type Iteration = Schemas["IterationAnswer"];

/** What is in an iteration: records in it, their cards, and what the team means to take on. */
export type Contents = {
  id: string;
  records: Schemas["IterationCardAnswer"][];
  cards: Card[];
  capacity: number | null;
};

/** The planned and active iterations of a space, by their first day. Throws Refused. */
export async function openIterations(space: string): Promise<Iteration[]> {
  const path = { space_uid: space };
  const found = await allPages((offset) => {
    const query = { status: "planned,active", limit: 100, offset };
    return wanted(api.GET("/spaces/{space_uid}/iterations", { params: { path, query } }));
  });
  const begins = (one: Iteration) => one.start_date ?? "9999";
  return found.sort(
    (a, b) => begins(a).localeCompare(begins(b)) || a.sort_order - b.sort_order,
  );
}

/** What is in an iteration. Throws Refused. */
export async function contentsOf(space: string, id: string): Promise<Contents> {
  const path = { space_uid: space, iteration_id: id };
  const [records, cards, { capacity }] = await Promise.all([
    recordsOf(space, id),
    allPages((offset) =>
      wanted(api.GET("/cards", { params: { query: { iteration_id: id, limit: 100, offset } } })),
    ),
    wanted(own.GET("/spaces/{space_uid}/iterations/{iteration_id}/capacity", { params: { path } })),
  ]);
  return { id, records, cards, capacity };
}

/** The unfinished cards of a space that are in no open iteration, in their order. Throws Refused. */
export function backlogOf(spaceId: number): Promise<Card[]> {
  const query = {
    space_id: spaceId,
    iteration_id: "none",
    states: "1,2",
    order_by: "sort_order",
    limit: 100,
  } as const;
  return allPages((offset) => wanted(api.GET("/cards", { params: { query: { ...query, offset } } })));
}

/** The cards of the last closed iterations, with the title of the last one each was in. */
export async function leftOvers(space: string): Promise<Map<string, string>> {
  const params = { path: { space_uid: space }, query: { last: LOOK_BACK } };
  const { iterations } = await wanted(own.GET("/spaces/{space_uid}/velocity", { params }));
  const found = new Map<string, string>();
  for (const { id, title } of iterations) {
    for (const { card_uid } of await recordsOf(space, id)) found.set(card_uid, title);
  }
  return found;
}

/** An iteration as it is now, with what tells later whether it is still so. Throws Refused. */
export async function latestOf(
  space: string,
  id: string,
): Promise<{ iteration: Iteration; etag: string | undefined }> {
  const params = { path: { space_uid: space, id } };
  const asked = await api.GET("/spaces/{space_uid}/iterations/{id}", { params });
  const iteration = await wanted(Promise.resolve(asked));
  return { iteration, etag: asked.response.headers.get("etag") ?? undefined };
}

function recordsOf(space: string, id: string): Promise<Schemas["IterationCardAnswer"][]> {
  const params = { path: { space_uid: space, iteration_id: id }, query: { status: "active" } };
  return wanted(api.GET("/spaces/{space_uid}/iterations/{iteration_id}/cards", { params }));
}
