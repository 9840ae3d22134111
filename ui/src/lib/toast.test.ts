// What was done is said for a while, longer where it can be taken back or is looked at.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toast } from "./toast.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test.each([
  [false, 6],
  [true, 10],
])("undoable or not (%s) it stays for %s seconds", (undoable, seconds) => {
  const toast = new Toast();
  toast.show("3 cards moved", undoable);
  vi.advanceTimersByTime(seconds * 1000 - 1);
  expect(toast.text).toBe("3 cards moved");
  vi.advanceTimersByTime(1);
  expect(toast.text).toBe("");
});

test("a new one takes the place of the one before, with its whole time", () => {
  const toast = new Toast();
  toast.show("one");
  vi.advanceTimersByTime(5000);
  toast.show("two");
  vi.advanceTimersByTime(5999);
  expect(toast.text).toBe("two");
});

test("it waits as long as it is looked at", () => {
  const toast = new Toast();
  toast.show("one");
  toast.hold();
  vi.advanceTimersByTime(60_000);
  expect(toast.text).toBe("one");
  toast.goOn();
  vi.advanceTimersByTime(6000);
  expect(toast.text).toBe("");
});
