// Words, numbers and dates in the reader's language.
import type { en } from "../locales/en";

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

export function isLanguage(code: string | null): code is Language {
  return code !== null && code in LANGUAGES;
}
/** Only the words of the language that is spoken are loaded. */
type Words = Record<string, string>;
const WORDS: Record<Language, () => Promise<Words>> = {
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
  words: Words = $state.raw({});

  /** How numbers and dates are written: as the reader's own country writes that language. */
  get locale(): string {
    const wishes = navigator.languages.filter((wish) => wish.startsWith(this.language));
    return wishes.find(isLocale) ?? this.language;
  }

  /** Load the words before anything is shown. */
  async start(): Promise<void> {
    await this.#take(preferred());
  }

  /** Speak another language, also next time; returns whether its words could be loaded. */
  async speak(language: Language): Promise<boolean> {
    try {
      await this.#take(language);
    } catch {
      return false;
    }
    localStorage.setItem(KEPT, language);
    return true;
  }

  async #take(language: Language): Promise<void> {
    this.words = await WORDS[language]();
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

/** A message in the language spoken now; with `count` in the right number. */
export function t(message: Message, values: Record<string, string | number> = {}): string {
  const { count } = values;
  const form = typeof count === "number" ? new Intl.PluralRules(i18n.language).select(count) : "";
  const text = i18n.words[`${message}_${form}`] ?? i18n.words[message] ?? message;
  return text.replace(/{{(\w+)}}/g, (hole, name: string) => {
    const value = values[name] ?? (name === "unit" ? i18n.words["unit"] : hole) ?? hole;
    return typeof value === "number" ? written(value) : value;
  });
}

/** Whether there are words for it. */
export function isMessage(key: string): key is Message {
  return key in i18n.words;
}

/** A number as the reader writes it, with at most one digit behind the point. */
export function written(value: number): string {
  return new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 1 }).format(value);
}

/** A card's size, with the unit that was typed. */
export function sized({
  size,
  size_unit,
}: {
  size: number | null;
  size_unit: string | null;
}): string {
  return [written(size ?? 0), size_unit].filter(Boolean).join(" ");
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

/** How days are written: of this year without it. */
function style(zone: string, ...days: Date[]): Intl.DateTimeFormat {
  const year = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: zone });
  const now = year.format(new Date());
  const named = days.some((one) => year.format(one) !== now);
  return new Intl.DateTimeFormat(i18n.locale, {
    day: "numeric",
    month: "short",
    year: named ? "numeric" : undefined,
    timeZone: zone,
  });
}

/** A day of an instant in a time zone, for people. */
export function day(instant: string, timeZone: string): string {
  const at = new Date(instant);
  return style(zoneOf(instant, timeZone), at).format(at);
}

/** From one day to another; one that is not known is an ellipsis. */
export function days(from: string | null, until: string | null, timeZone: string): string {
  if (!from || !until) return [from, until].map((at) => (at ? day(at, timeZone) : "…")).join(" – ");
  // Each is a day of its own zone, as one may be written with a time and the other without.
  const [first, last] = [from, until].map((at) => new Date(localDay(at, timeZone)));
  return first && last ? style("UTC", first, last).formatRange(first, last) : "";
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
