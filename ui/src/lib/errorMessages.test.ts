import { afterEach, describe, expect, it } from "vitest";
import { en } from "../locales/en";
import { ru } from "../locales/ru";
import { errorMessage } from "./errorMessages";
import { i18n, t } from "./i18n.svelte";

afterEach(() => i18n.speak("en"));

describe("what the server refuses", () => {
  it.each([
    ["Active iteration should have start_date and finish_date", "told.dates"],
    ["finish_date should be later than start_date", "told.order"],
    ["Invalid status transition from closed to active", "told.over"],
    ["Can't add card to finished iteration", "told.over"],
    ["owner_id is of a deactivated user", "told.deactivated"],
    ["The last admin of the space should name another one first", "told.lastAdmin"],
  ] as const)("%j is said in the reader's words", async (message, key) => {
    expect(errorMessage(message)).toBe(t(key));
    await i18n.speak("ru");
    expect(errorMessage(message)).toBe(ru[key]);
  });

  it("keeps what the message names", () => {
    expect(errorMessage("title should NOT be longer than 256 characters")).toContain("256");
    expect(errorMessage("subdivision should be one of: BY, BE")).toContain("BY, BE");
  });

  it("that is not known is shown as it is", async () => {
    expect(errorMessage("No such thing")).toBe("No such thing");
    await i18n.speak("ru");
    expect(errorMessage("No such thing")).toContain("No such thing");
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
