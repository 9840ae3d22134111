// How long an iteration lasts, in the reader's words.
import { day, days, localDay, t } from "../lib/i18n.svelte";
import type { Iteration } from "./queries";

type Dated = Pick<Iteration, "status" | "start_date" | "finish_date" | "actual_finish_date">;

/** Its first and its last day in a time zone, and when it was closed if that was another day. */
export function dates(one: Dated, timeZone: string): string {
  const { start_date, finish_date } = one;
  const closed = one.status === "closed" ? one.actual_finish_date : null;
  const planned = start_date || finish_date ? days(start_date, finish_date, timeZone) : "";
  if (!closed || (finish_date && localDay(closed, timeZone) === localDay(finish_date, timeZone))) {
    return planned;
  }
  return [planned, t("iteration.closed.on", { when: day(closed, timeZone) })]
    .filter(Boolean)
    .join(", ");
}
