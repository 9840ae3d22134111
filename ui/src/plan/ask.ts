// What only the plan asks the server for: the backlog, and what was left over.
import { allPages, api, own, wanted } from "../lib/api";
import { type Card, recordsOf } from "../space/ask";

const LOOK_BACK = 3;

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
