// Words in both languages: the same messages, the same holes, the right number.
import { afterAll, expect, test } from "vitest";
import { en } from "../locales/en";
import { ru } from "../locales/ru";
import { i18n, t } from "./i18n.svelte";

const FORM = /_(one|few|many|other)$/;
const holes = (text: string): string[] => [...text.matchAll(/{{\w+}}/g)].map(([hole]) => hole);

/** The holes of each message, whatever its number. */
function messages(words: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(words).map(([key, text]) => [
      key.replace(FORM, ""),
      [...new Set(holes(text))]
        .filter((hole) => hole !== "{{count}}" && hole !== "{{unit}}")
        .sort(),
    ]),
  );
}

/** The forms that a language has for a message: none where its number does not matter. */
function forms(words: Record<string, string>, message: string): string[] {
  return Object.keys(words)
    .filter((key) => key.replace(FORM, "") === message && FORM.test(key))
    .map((key) => key.replace(/^.*_/, ""))
    .sort();
}

afterAll(() => i18n.speak("en"));

test("both languages have the same messages, with the same holes", () => {
  expect(messages(ru)).toEqual(messages(en));
});

test("a message that has a form for one number has one for each", () => {
  for (const [words, needed] of [
    [en, ["one", "other"]],
    [ru, ["few", "many", "one"]],
  ] as const) {
    for (const message of Object.keys(messages(words))) {
      const found = forms(words, message).filter((form) => words === en || form !== "other");
      if (found.length) expect([message, ...found]).toEqual([message, ...needed]);
    }
  }
});

test("numbers are written as the reader does, in the right form", async () => {
  expect(t("plan.selected", { count: 2100 })).toBe("2,100 selected");
  await i18n.speak("ru");
  const days = (count: number): string => t("iteration.left", { count });
  expect([1, 2, 5, 11, 21].map(days)).toEqual([
    "ещё 1 день",
    "ещё 2 дня",
    "ещё 5 дней",
    "ещё 11 дней",
    "ещё 21 день",
  ]);
});

test("what is typed into a title is no hole", () => {
  expect(t("archive.restored", { title: "$& {{title}} $1" })).toContain("$& {{title}} $1");
});
