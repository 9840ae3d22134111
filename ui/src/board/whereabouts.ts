// Where the cards are now that a closed iteration left unfinished.
import { own, unwrap } from "../lib/api";
import { t } from "../lib/i18n.svelte";
import { openIterations } from "../space/queries";

/** So many cards are asked for by their ids in one address. */
const MOST_IDS = 100;
const DONE = 3;
const ARCHIVED = 2;
const DELETED = 3;

/** In words, by the ids of cards; of those that are out of sight there are none. Throws ApiError. */
export async function whereabouts(
  space: string,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  if (ids.length === 0) return found;
  const titles = new Map((await openIterations(space)).map(({ id, title }) => [id, title]));
  for (let at = 0; at < ids.length; at += MOST_IDS) {
    const query = { ids: ids.slice(at, at + MOST_IDS).join(), condition: "1,2,3" };
    const params = { path: { space_uid: space }, query };
    const { rows } = await unwrap(own.GET("/spaces/{space_uid}/cards", { params }));
    for (const { id, state, condition, iteration_id } of rows) {
      if (condition === DELETED) found.set(id, t("where.deleted"));
      else if (condition === ARCHIVED) found.set(id, t("where.archived"));
      else if (iteration_id !== null) found.set(id, titles.get(iteration_id) ?? "");
      else found.set(id, state === DONE ? t("where.done") : t("plan.backlog"));
    }
  }
  return found;
}
