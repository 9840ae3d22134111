// What only the plan asks the server for: the backlog, and what was left over.
import { allPages, own, unwrap } from "../lib/api";
import { cardsWhere, type Card } from "../space/queries";

/** The unfinished cards of a space that are in no open iteration, in their order. Throws ApiError. */
export function backlogOf(spaceId: number): Promise<Card[]> {
  const query = {
    space_id: spaceId,
    iteration_id: "none",
    states: "1,2",
    order_by: "sort_order",
    limit: 100,
  } as const;
  return allPages((offset) => cardsWhere({ ...query, offset }));
}

/** The title of the last closed iteration that left over a card of the backlog. Throws ApiError. */
export async function leftOvers(space: string): Promise<Map<string, string>> {
  const params = { path: { space_uid: space } };
  const found = await unwrap(own.GET("/spaces/{space_uid}/leftovers", { params }));
  return new Map(found.map(({ card_uid, iteration_title }) => [card_uid, iteration_title]));
}
