// What only the plan asks the server for: the backlog, and what was left over.
import { own, unwrap } from "../lib/api";
import { cardsWhere, type Card } from "../space/queries";

/**
 * The unfinished cards of a space that are in no open iteration, in their order; each page is told
 * of when it is there. Throws ApiError.
 */
export function backlogOf(space: string, each?: (cards: Card[]) => void): Promise<Card[]> {
  const query = { iteration_id: "none", states: "1,2", order_by: "sort_order" } as const;
  return cardsWhere(space, query, each);
}

/** The title of the last closed iteration that left over a card of the backlog. Throws ApiError. */
export async function leftOvers(space: string): Promise<Map<string, string>> {
  const params = { path: { space_uid: space } };
  const found = await unwrap(own.GET("/spaces/{space_uid}/leftovers", { params }));
  return new Map(found.map(({ card_uid, iteration_title }) => [card_uid, iteration_title]));
}
