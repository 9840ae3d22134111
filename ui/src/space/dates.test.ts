import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { day, localDay, moment, percent, shortDay, today, written } from "../lib/i18n.svelte";
import { dates } from "./dates";

const START = "2026-03-02T00:00:00.000Z";
const FINISH = "2026-03-13T00:00:00.000Z";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-06-01T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an instant", () => {
  it("at midnight UTC is that day in every zone: it was written as a day", () => {
    for (const zone of ["America/Los_Angeles", "UTC", "Asia/Tokyo"]) {
      expect(localDay(START, zone)).toBe("2026-03-02");
    }
  });

  it("of another time is the day of the zone", () => {
    expect(localDay("2026-03-02T23:30:00.000Z", "Asia/Tokyo")).toBe("2026-03-03");
    expect(localDay("2026-03-02T02:00:00.000Z", "America/Los_Angeles")).toBe("2026-03-01");
    expect(localDay("2026-03-02T00:00:00.001Z", "America/Los_Angeles")).toBe("2026-03-01");
  });

  it("is told in UTC where the browser does not know the zone", () => {
    expect(localDay("2026-03-02T23:30:00.000Z", "Mars/Olympus")).toBe("2026-03-02");
    expect(day("2026-03-02T23:30:00.000Z", "Mars/Olympus")).toBe("Mar 2, 2026");
    expect(moment("2026-03-02T14:05:00Z", "Mars/Olympus")).toMatch(/^Mar 2, 2026, 2:05.PM$/);
    expect(today("Mars/Olympus")).toBe(today("UTC"));
  });

  it("is written for a reader whose system names no locale", () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US@posix", "en-US"]);
    expect(day(START, "UTC")).toBe("Mar 2, 2026");
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US@posix"]);
    expect(day(START, "UTC")).toBe("Mar 2, 2026");
  });

  it("of this year is told without it, in the zone where it is that year", () => {
    vi.setSystemTime("2026-12-31T23:30:00Z");
    expect(day(START, "UTC")).toBe("Mar 2");
    expect(day(START, "America/New_York")).toBe("Mar 2");
    expect(day("2027-01-01T10:00:00.000Z", "Europe/Berlin")).toBe("Jan 1");
    expect(day("2027-01-01T10:00:00.000Z", "America/New_York")).toBe("Jan 1, 2027");
  });

  it("is written as the reader's language does", () => {
    expect(day(START, "UTC")).toBe("Mar 2, 2026");
    expect(shortDay("2026-03-02")).toBe("Mar 2");
    expect(moment("2026-03-02T14:05:00Z", "Europe/Berlin")).toMatch(/^Mar 2, 2026, 3:05.PM$/);
  });
});

it("numbers have at most one digit behind the point", () => {
  expect([written(3), written(2.55), written(1234.06)]).toEqual(["3", "2.6", "1,234.1"]);
  expect(percent(0.855)).toBe("86%");
});

describe("the dates of an iteration", () => {
  const open = { status: "planned", actual_finish_date: null } as const;

  it("are its first and its last day", () => {
    const both = { ...open, start_date: START, finish_date: FINISH };
    expect(dates(both, "UTC")).toMatch(/^Mar 2.–.13, 2026$/);
    const late = { ...both, finish_date: "2026-04-10T00:00:00.000Z" };
    expect(dates(late, "UTC")).toMatch(/^Mar 2.–.Apr 10, 2026$/);
    vi.setSystemTime("2026-12-31T23:30:00Z");
    expect(dates(both, "UTC")).toMatch(/^Mar 2.–.13$/);
    expect(dates({ ...both, finish_date: "2027-01-08T00:00:00.000Z" }, "UTC")).toMatch(
      /^Mar 2, 2026.–.Jan 8, 2027$/,
    );
    vi.setSystemTime("2027-06-01T12:00:00Z");
    expect(dates({ ...open, start_date: null, finish_date: FINISH }, "UTC")).toBe(
      "… – Mar 13, 2026",
    );
    expect(dates({ ...open, start_date: null, finish_date: null }, "UTC")).toBe("");
  });

  it("tell when it was closed on another day", () => {
    const closed = { status: "closed", start_date: START, finish_date: FINISH } as const;
    const then = "2026-03-16T09:00:00.000Z";
    expect(dates({ ...closed, actual_finish_date: then }, "UTC")).toContain("Mar 16, 2026");
    const inTime = "2026-03-13T16:00:00.000Z";
    expect(dates({ ...closed, actual_finish_date: inTime }, "UTC")).toMatch(/^Mar 2.–.13, 2026$/);
  });
});
