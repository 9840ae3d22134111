import { afterEach, describe, expect, it } from "vitest";
import description from "../api/openapi.json";
import { en } from "../locales/en";
import { ru } from "../locales/ru";
import { errorMessage } from "./errorMessages";
import { refusalOf } from "./api";
import { i18n } from "./i18n.svelte";

afterEach(() => i18n.speak("en"));

const IDS = description.components.schemas.ErrorId.enum;

describe("what the server refuses", () => {
  it("has words in each language for each id", () => {
    expect(IDS.length).toBeGreaterThan(50);
    for (const messages of [en, ru]) {
      const told = Object.keys(messages).filter((key) => key.startsWith("refused."));
      expect(told.sort()).toEqual([...IDS, "other"].map((id) => `refused.${id}`).sort());
    }
  });

  it("is said in the reader's words", async () => {
    const error = { id: "iteration.dates_missing", about: {}, message: "Active iteration should" };
    expect(errorMessage(error)).toBe(en["refused.iteration.dates_missing"]);
    await i18n.speak("ru");
    expect(errorMessage(error)).toBe(ru["refused.iteration.dates_missing"]);
  });

  it("keeps what it is about", () => {
    expect(errorMessage({ id: "value.long", about: { most: 256 }, message: "" })).toContain("256");
  });

  it("that is not known is told in the server's words", async () => {
    const error = { id: "of.a.newer.server", about: {}, message: "No such thing" };
    expect(errorMessage(error)).toBe("No such thing");
    await i18n.speak("ru");
    expect(errorMessage(error)).toContain("No such thing");
  });

  it("is read from the header of any answer", () => {
    const headers = {
      "x-kadence-error": String.raw`calendar.subdivision;known="BY, \"BE\"; \\";most=7;part=%"S%c3%a3o"`,
    };
    const read = refusalOf(new Response(null, { status: 400, headers }));
    expect(read).toEqual({
      id: "calendar.subdivision",
      about: { known: String.raw`BY, "BE"; \ `.trim(), most: 7, part: "São" },
    });
    expect(refusalOf(new Response(null, { status: 502 }))).toEqual({ id: "", about: {} });
  });
});

it("every message is there in both languages, with the same values in it", () => {
  const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
  const values = (text: string) => [...new Set(text.match(/{{\w+}}/g) ?? [])].sort();
  expect([...new Set(Object.keys(ru).map(stem))].sort()).toEqual(
    [...new Set(Object.keys(en).map(stem))].sort(),
  );
  for (const [key, text] of Object.entries(en)) {
    const russian = ru[key];
    if (russian !== undefined && !key.endsWith("_one"))
      expect(values(russian), key).toEqual(values(text));
  }
});

it("a message with a number has all the forms of its language", () => {
  for (const [messages, forms] of [
    [en, ["one", "other"]],
    [ru, ["one", "few", "many"]],
  ] as const) {
    const keys = new Set(Object.keys(messages));
    const counted = [...keys].filter((key) => forms.some((form) => key.endsWith(`_${form}`)));
    for (const key of counted) {
      const stem = key.slice(0, key.lastIndexOf("_"));
      for (const form of forms) expect(keys, key).toContain(`${stem}_${form}`);
    }
  }
});
