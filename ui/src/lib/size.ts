// What a size counts as: the number at its start, as the server reads it.
import { t, written } from "./i18n.svelte";

// domain/sizes.py says what is read; tests/cases/sizes.json is proof for both.
const NUMBER =
  /^-?(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)/;

const LEADING = /^[ \t\n\r\u00a0\u2009\u202f]+/;

/** The number in a size; null: there is none. */
export function sizeOf(text: string): number | null {
  const found = NUMBER.exec(text.replace(LEADING, ""));
  return found ? Number(found[0].replace(/\s/g, "").replace(",", ".")) : null;
}

/** Whole iterations are mostly smaller. */
const LARGE = 1000;

/**
 * What is said of a size where it counts as something else than what is written. `size` is what it
 * counts as: of one that is stored, what it counted as when it was written.
 */
export function sizeHint(text: string, size = sizeOf(text)): string {
  if (!text.trim()) return "";
  if (size === null) return t("card.size.none");
  if (size < 0) return t("card.size.negative", { size: written(size) });
  if (size > LARGE) return t("card.size.large", { size: written(size) });
  return text.trim() === String(size) ? "" : t("card.counts", { size: written(size) });
}
