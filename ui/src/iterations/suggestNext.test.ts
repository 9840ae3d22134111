import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aCalendar } from "../testing/samples";
import { incrementTitle, suggestAfter, suggestNext, lastDay, workdaysIn } from "./suggestNext";

const at = (day: string) => `${day}T00:00:00.000Z`;
const known = (title: string, start: string | null, finish: string | null) => ({
  title,
  start_date: start && at(start),
  finish_date: finish && at(finish),
});

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-25T12:00:00Z") }));
afterEach(() => void vi.useRealTimers());

describe("a title", () => {
  it.each([
    ["Sprint 6", "Sprint 7"],
    ["Sprint 6: Invoices", "Sprint 7"],
    ["Sprint 9", "Sprint 10"],
    ["Sprint 01", "Sprint 02"],
    ["Спринт 09", "Спринт 10"],
    ["Sprint 7\u000bInvoices", "Sprint 8 Invoices"],
    ["Sprint 99999999999999999999", "Sprint 100000000000000000000"],
    ["2026 W48 b", "2026 W49 b"],
    ["Sprint", "Sprint 2"],
    ["Спринт 3", "Спринт 4"],
  ])("%s is followed by %s", (title, next) => expect(incrementTitle(title)).toBe(next));
});

describe("the next iteration", () => {
  it("of none is two weeks from the next Monday", () => {
    const next = suggestNext([], aCalendar(), "Sprint 1");
    expect(next).toEqual({ title: "Sprint 1", start: "2026-11-30", finish: "2026-12-11" });
  });

  it("of some without dates counts their title on", () => {
    const next = suggestNext([known("Sprint 3", null, null)], aCalendar(), "Sprint 1");
    expect(next).toEqual({ title: "Sprint 4", start: "2026-11-30", finish: "2026-12-11" });
  });

  it("comes after the one that ends last, and is as long", () => {
    const all = [
      known("Late", "2026-03-02", "2026-03-13"),
      known("Early", "2026-02-02", "2026-02-13"),
    ];
    const next = suggestNext(all, aCalendar(), "");
    expect(next).toEqual({ title: "Late 2", start: "2026-03-16", finish: "2026-03-27" });
  });

  it("ignores one that lasts for ever", () => {
    const all = [
      known("Backlog", "2026-11-20", "9999-12-31"),
      known("Sprint 1", "2026-03-02", "2026-03-13"),
    ];
    expect(suggestNext(all, aCalendar(), "").start).toBe("2026-03-16");
    expect(suggestNext(all.slice(0, 1), aCalendar(), "").start).toBe("2026-11-30");
  });

  it.each([
    ["2026-03-02", null, "2026-03-16"],
    [null, "2026-03-13", "2026-03-16"],
  ])("takes %s to %s for two weeks", (start, finish, next) => {
    expect(suggestNext([known("S 1", start, finish)], aCalendar(), "").start).toBe(next);
  });

  it("begins and ends on working days", () => {
    const calendar = aCalendar({
      days_off: ["2026-03-16"],
      holidays: [{ day: "2026-03-17" }] as never,
    });
    const next = suggestAfter(
      { title: "S 1", start: "2026-03-02", finish: "2026-03-13" },
      calendar,
    );
    expect(next).toEqual({ title: "S 2", start: "2026-03-18", finish: "2026-03-27" });
  });

  it("works on a Saturday that the calendar names", () => {
    const calendar = aCalendar({ workdays: ["2026-03-14"] });
    const next = suggestAfter(
      { title: "S 1", start: "2026-03-02", finish: "2026-03-13" },
      calendar,
    );
    expect(next.start).toBe("2026-03-14");
  });

  it("of one that ended on a day off ends where its length takes it", () => {
    const next = suggestAfter(
      { title: "S 1", start: "2026-03-02", finish: "2026-03-15" },
      aCalendar(),
    );
    expect(next).toEqual({ title: "S 2", start: "2026-03-16", finish: "2026-03-29" });
  });

  it("of a team that never works is found nevertheless", () => {
    const next = suggestAfter(
      { title: "S 1", start: "2026-03-02", finish: "2026-03-13" },
      aCalendar({ weekdays: [] }),
    );
    expect(next.start > "2026-03-13").toBe(true);
  });

  it("of one without dates has none", () => {
    const next = suggestAfter({ title: "S 1", start: "", finish: "" }, aCalendar());
    expect(next).toEqual({ title: "S 2", start: "", finish: "" });
  });
});

describe("an iteration of whole weeks", () => {
  it.each([
    ["2026-03-02", 1, "2026-03-06", 5],
    ["2026-03-02", 2, "2026-03-13", 10],
    ["2026-03-02", 3, "2026-03-20", 15],
    ["2026-03-04", 1, "2026-03-10", 5],
  ])("from %s, %s of them: until %s, %s working days", (start, weeks, finish, days) => {
    const calendar = aCalendar();
    expect(lastDay(start, weeks, calendar)).toBe(finish);
    expect(workdaysIn(start, finish, calendar)).toBe(days);
  });

  it("ends before a holiday, which is no working day", () => {
    const calendar = aCalendar({ holidays: [{ day: "2026-04-03", name: "Good Friday" }] });
    expect(lastDay("2026-03-30", 1, calendar)).toBe("2026-04-02");
    expect(workdaysIn("2026-03-30", "2026-04-03", calendar)).toBe(4);
  });

  it("of a team that never works has all its days, and no working day", () => {
    const calendar = aCalendar({ weekdays: [] });
    expect(lastDay("2026-03-02", 1, calendar)).toBe("2026-03-08");
    expect(workdaysIn("2026-03-02", "2026-03-08", calendar)).toBe(0);
    expect(workdaysIn("2026-03-08", "2026-03-02", calendar)).toBe(0);
  });
});
