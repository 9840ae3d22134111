// Small cards, boards and calendars for tests of rules to work on.
import type { Card } from "../space/queries";
import type { Board, Calendar } from "../space/space.svelte";

/** A card of which a test says only what matters to it. */
export function aCard(id: number, some: Partial<Card> = {}): Card {
  const plain = { title: `Card ${id}`, state: 1, condition: 1, column_id: 1, lane_id: 1 };
  const rest = { board_id: 1, size: null, size_unit: null, size_text: null };
  const own = { id, uid: `uid-${id}`, sort_order: id, tags: [], members: [] };
  return { ...plain, ...rest, ...own, ...some };
}

/** A board with these columns and lanes. */
export function aBoard(columns: unknown[], lanes: unknown[] = []): Board {
  return { id: 1, title: "Board", columns, lanes } as unknown as Board;
}

/** A calendar of Monday to Friday. */
export function aCalendar(some: Partial<Calendar> = {}): Calendar {
  const days = { weekdays: [1, 2, 3, 4, 5], days_off: [], workdays: [], holidays: [] };
  return { time_zone: "UTC", ...days, ...some } as unknown as Calendar;
}
