// Words, numbers and dates in the reader's language.
import i18next from "i18next";
import type { en } from "../locales/en";

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(code: string | null): code is Language {
  return code !== null && code in LANGUAGES;
}
/** Only the words of the language that is spoken are loaded. */
const WORDS: Record<Language, () => Promise<Record<string, string>>> = {
  en: async () => (await import("../locales/en")).en,
  ru: async () => (await import("../locales/ru")).ru,
};
type Singular<K> = K extends `${infer Stem}_${"one" | "other"}` ? Stem : K;
/** A message's key; those with a number are named without it. */
export type Message = Singular<keyof typeof en>;

const KEPT = "kadence.language";

function preferred(): Language {
  const wishes = [localStorage.getItem(KEPT) ?? "", ...navigator.languages];
  for (const wish of wishes) {
    const language = wish.slice(0, 2) as Language;
    if (language in LANGUAGES) return language;
  }
  return "en";
}

/** Whether it names a locale: some systems offer `en-US@posix`. */
function isLocale(wish: string): boolean {
  try {
    return Intl.getCanonicalLocales(wish).length > 0;
  } catch {
    return false;
  }
}

class I18n {
  language: Language = $state("en");

  /** How numbers and dates are written: as the reader's own country writes that language. */
  get locale(): string {
    const wishes = navigator.languages.filter((wish) => wish.startsWith(this.language));
    return wishes.find(isLocale) ?? this.language;
  }

  /** Speak another language, also next time; returns whether its words could be loaded. */
  async speak(language: Language): Promise<boolean> {
    try {
      i18next.addResourceBundle(language, "translation", await WORDS[language]());
    } catch {
      return false;
    }
    await i18next.changeLanguage(language);
    localStorage.setItem(KEPT, language);
    document.documentElement.lang = language;
    this.language = language;
    return true;
  }
}

export const i18n = new I18n();

/** Load the words before anything is shown. */
export async function startI18n(): Promise<void> {
  const language = preferred();
  await i18next.init({
    lng: language,
    resources: { [language]: { translation: await WORDS[language]() } },
    keySeparator: false,
    showSupportNotice: false,
    // Svelte escapes what it shows.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
  i18n.language = language;
}

/** A message in the language spoken now; with `count` in the right number. */
export function t(message: Message, values: Record<string, string | number> = {}): string {
  // Read, so that what is shown changes with the language.
  return i18next.t(message, { lng: i18n.language, ...values });
}

/** Whether there are words for it. */
export function isMessage(key: string): key is Message {
  return i18next.exists(key, { lng: i18n.language });
}

/** A number as the reader writes it, with at most one digit behind the point. */
export function written(value: number): string {
  return new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 1 }).format(value);
}

/** In which zone an instant is a day: a date without a time, or kept at midnight, is one everywhere. */
function zoneOf(instant: string, timeZone: string): string {
  return /^\d{4}-\d\d-\d\d(?:T00:00:00\.000Z)?$/.test(instant) ? "UTC" : known(timeZone);
}

const zones = new Map<string, string>();

/** The time zone, or UTC where this browser does not know what the server does. */
function known(timeZone: string): string {
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    try {
      zone = new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
    } catch {
      zone = "UTC";
    }
    zones.set(timeZone, zone);
  }
  return zone;
}

/** A day of an instant in a time zone, for people. */
export function day(instant: string, timeZone: string): string {
  const zone = zoneOf(instant, timeZone);
  const style = { day: "numeric", month: "short", year: "numeric", timeZone: zone } as const;
  return new Intl.DateTimeFormat(i18n.locale, style).format(new Date(instant));
}

/** The same as a calendar writes it: `2026-11-26`. */
export function localDay(instant: string, timeZone: string): string {
  // Swedes write days that way.
  const written = new Intl.DateTimeFormat("sv", { timeZone: zoneOf(instant, timeZone) });
  return written.format(new Date(instant));
}

/** Today in a time zone, as a calendar writes it. */
export function today(timeZone: string): string {
  return new Intl.DateTimeFormat("sv", { timeZone: known(timeZone) }).format(new Date());
}

/** An instant in a time zone, to the minute. */
export function moment(instant: string, timeZone: string): string {
  const zone = known(timeZone);
  const style = { dateStyle: "medium", timeStyle: "short", timeZone: zone } as const;
  return new Intl.DateTimeFormat(i18n.locale, style).format(new Date(instant));
}

/** A day of a calendar, as `2026-11-26`, without its year. */
export function shortDay(written: string): string {
  const style = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(i18n.locale, style).format(new Date(written));
}

/** A part of one as a percentage. */
export function percent(part: number): string {
  return new Intl.NumberFormat(i18n.locale, { style: "percent" }).format(part);
}
