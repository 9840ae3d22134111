// What a size counts as: the first number that is written in it, as the server reads it.
import { t, written } from "./i18n.svelte";

const NUMBER = /-?(?:\d+(?:[.,]\d+)?|[.,]\d+)/;

/** The number in a size; null: there is none. */
export function sizeOf(text: string): number | null {
  const found = NUMBER.exec(text);
  return found ? Number(found[0].replace(",", ".")) : null;
}

/** Whole iterations are mostly smaller. */
const LARGE = 1000;

/** What is said of a size that is typed, where it counts as something else than what is written. */
export function sizeHint(text: string): string {
  if (!text.trim()) return "";
  const size = sizeOf(text);
  if (size === null) return t("card.size.none");
  if (size < 0) return t("card.size.negative", { size: written(size) });
  if (size > LARGE) return t("card.size.large", { size: written(size) });
  return text.trim() === String(size) ? "" : t("card.counts", { size: written(size) });
}
