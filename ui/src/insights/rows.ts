// The tables behind the charts.
import type { Schemas } from "../lib/api";
import { percent, shortDay, t, written } from "../lib/i18n.svelte";

/** A row: its key is what the chart's reading begins with that it belongs to; else it is the place. */
export type Row = { key?: string; cells: readonly string[] };
export type Table = { columns: readonly string[]; rows: readonly Row[] };
type Unit = "size" | "count";

/** Burndown and burnup: what stood at the end of each day. */
export function burnTable({ days }: Schemas["ReportAnswer"]): Table {
  const rows = days.map(({ day, scope, done, remaining, ideal }) => {
    const straight = ideal === null ? "–" : written(ideal);
    return {
      key: day,
      cells: [shortDay(day), written(remaining), straight, written(done), written(scope)],
    };
  });
  const columns = [
    t("report.day"),
    t("report.remaining"),
    t("report.ideal"),
    t("report.done"),
    t("report.scope"),
  ];
  return { columns, rows };
}

/** Cumulative flow: what was in which state at the end of each day. */
export function flowTable({ days }: Schemas["FlowAnswer"]): Table {
  const rows = days.map(({ day, queued, in_progress, done }) => ({
    key: day,
    cells: [shortDay(day), written(queued), written(in_progress), written(done)],
  }));
  const columns = [t("report.day"), t("report.queued"), t("report.progress"), t("report.done")];
  return { columns, rows };
}

/** The chance that all is done, by day. */
export function forecastTable({ chances }: Schemas["ForecastAnswer"]): Table {
  const rows = chances.map(({ day, chance }) => ({
    key: day,
    cells: [shortDay(day), percent(chance)],
  }));
  return { columns: [t("report.day"), t("report.chance")], rows };
}

/** What closed iterations committed to and did; two may have the same title. */
export function velocityTable({ iterations }: Schemas["VelocityAnswer"], unit: Unit): Table {
  const rows = iterations.map(({ title, committed, done, carried_over, capacity, left_out }) => ({
    cells: [
      left_out ? t("report.leftout", { title }) : title,
      written(committed[unit]),
      written(done[unit]),
      written(carried_over[unit]),
      capacity === null ? "–" : written(capacity),
    ],
  }));
  const columns = [
    t("tab.iteration"),
    t("report.committed"),
    t("report.done"),
    t("report.over"),
    t("iteration.capacity"),
  ];
  return { columns, rows };
}
