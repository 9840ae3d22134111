// How long an iteration lasts, in the reader's words.
import { day } from "../lib/i18n.svelte";

type Dated = { start_date: string | null; finish_date: string | null };

/** Its first and its last day in a time zone; without dates nothing. */
export function dates({ start_date, finish_date }: Dated, timeZone: string): string {
  if (!start_date && !finish_date) return "";
  const [start, end] = [start_date, finish_date].map((at) => (at ? day(at, timeZone) : "…"));
  return `${start} – ${end}`;
}
