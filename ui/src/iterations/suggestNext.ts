// The next iteration after the ones there are: the title counted on, the same length, the next working day.
import {
  addDays,
  differenceInCalendarDays,
  formatISO,
  getISODay,
  parseISO,
  subDays,
} from "date-fns";
import { localDay, today } from "../lib/i18n.svelte";
import { oneLine } from "../lib/text";
import type { Calendar } from "../space/space.svelte";

export type Suggestion = { title: string; start: string; finish: string };
type Known = { title: string; start_date: string | null; finish_date: string | null };

const WEEK = 7;
const TWO_WEEKS = 11;
/** Days beyond which an iteration is no measure for the next one. */
const LONGEST = 366;
/** A team without working days has an iteration nevertheless. */
const MOST_DAYS = 60;

/**
 * The iteration after the last one that has a day, else one of two weeks from the next Monday; the
 * very first one is called `first`. What has only a first or a last day is taken for two weeks; what
 * lasts more than a year is ignored.
 */
export function suggestNext(
  known: readonly Known[],
  calendar: Calendar,
  first: string,
): Suggestion {
  const dated = known.flatMap(({ title, start_date, finish_date }) => {
    const [begins, ends] = [start_date, finish_date].map(
      (date) => date && parseISO(localDay(date, calendar.time_zone)),
    );
    const start = begins || (ends && subDays(ends, TWO_WEEKS));
    const finish = ends || (begins && addDays(begins, TWO_WEEKS));
    if (!start || !finish || differenceInCalendarDays(finish, start) > LONGEST) return [];
    return [{ title, start: written(start), finish: written(finish) }];
  });
  const last = dated.toSorted((a, b) => a.finish.localeCompare(b.finish)).at(-1);
  if (last) return suggestAfter(last, calendar);
  let monday = addDays(parseISO(today(calendar.time_zone)), 1);
  while (monday.getDay() !== 1) monday = addDays(monday, 1);
  return {
    title: known.at(-1) ? incrementTitle(known.at(-1)!.title) : first,
    start: written(monday),
    finish: written(addDays(monday, TWO_WEEKS)),
  };
}

/**
 * The one after it: as long, from the next working day on; where that ended on a working day, this
 * one does too.
 */
export function suggestAfter({ title, start, finish }: Suggestion, calendar: Calendar): Suggestion {
  if (!start || !finish) return { title: incrementTitle(title), start, finish };
  const length = differenceInCalendarDays(parseISO(finish), parseISO(start));
  let next = addDays(parseISO(finish), 1);
  for (let tried = 0; tried < MOST_DAYS && !isWorkday(next, calendar); tried++) {
    next = addDays(next, 1);
  }
  let last = addDays(next, length);
  if (isWorkday(parseISO(finish), calendar)) {
    while (last > next && !isWorkday(last, calendar)) last = addDays(last, -1);
  }
  return { title: incrementTitle(title), start: written(next), finish: written(last) };
}

/**
 * The last day of an iteration of so many weeks: a working day, where there is one in them; days as
 * `2026-11-30`.
 */
export function lastDay(start: string, weeks: number, calendar: Calendar): string {
  const first = parseISO(start);
  const whole = addDays(first, weeks * WEEK - 1);
  let last = whole;
  while (last > first && !isWorkday(last, calendar)) last = addDays(last, -1);
  return written(last > first ? last : whole);
}

/** How many working days there are from one day to another, both among them. */
export function workdaysIn(start: string, finish: string, calendar: Calendar): number {
  const [first, last] = [parseISO(start), parseISO(finish)];
  const days = differenceInCalendarDays(last, first);
  if (!(days >= 0) || days > LONGEST) return 0;
  return Array.from({ length: days + 1 }, (_, n) => addDays(first, n)).filter((day) =>
    isWorkday(day, calendar),
  ).length;
}

function isWorkday(day: Date, calendar: Calendar): boolean {
  const name = written(day);
  if (calendar.workdays.includes(name)) return true;
  const off = calendar.days_off.includes(name) || calendar.holidays.some((one) => one.day === name);
  return !off && calendar.weekdays.includes(getISODay(day));
}

/** The title with its last number one higher, as wide, and without what comes behind a colon. */
export function incrementTitle(title: string): string {
  const line = oneLine(title);
  const head = line.split(":")[0] ?? line;
  const found = /^(.*?)(\d+)(\D*)$/.exec(head);
  if (!found) return `${line} 2`;
  const [, before, digits = "", behind] = found;
  const next = String(BigInt(digits) + 1n).padStart(digits.length, "0");
  return `${before}${next}${behind}`.trim();
}

function written(day: Date): string {
  return formatISO(day, { representation: "date" });
}
