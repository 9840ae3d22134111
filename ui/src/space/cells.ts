// Where cards can stand on a board: its columns, those with subcolumns by these, and its lanes.
import type { Board } from "./space.svelte";

type Column = Board["columns"][number];
export type Stage = {
  id: number;
  title: string;
  type: number;
  limit: number | null;
  ids: number[];
};

const LIVE = 1;

/** The columns of a board as cards stand in them, in order; `ids` are all that are shown as one. */
export function stagesOf(board: Board): Stage[] {
  return ordered(board.columns).flatMap((column) => {
    const parts = ordered(column.subcolumns ?? []);
    if (parts.length === 0) return [stage(column, column.title, [column.id])];
    return parts.map((part, place) =>
      // What stands in the column itself stands in front.
      stage(part, `${column.title}: ${part.title}`, place === 0 ? [part.id, column.id] : [part.id]),
    );
  });
}

/** The lanes of a board that are in use, or have cards nevertheless, in order. */
export function lanesOf(board: Board, cards: Iterable<{ lane_id: number }> = []): Board["lanes"] {
  const used = new Set([...cards].map((card) => card.lane_id));
  return ordered(board.lanes.filter(({ id, condition }) => condition === LIVE || used.has(id)));
}

function stage(column: Column, title: string, ids: number[]): Stage {
  return { id: column.id, title, type: column.type, limit: column.wip_limit, ids };
}

/** Parts of a board or cards of a cell in their order; of two at one place the older comes first. */
export function ordered<T extends { sort_order: number; id: number }>(parts: readonly T[]): T[] {
  return parts.toSorted((a, b) => a.sort_order - b.sort_order || a.id - b.id);
}
