// What the server refuses, in the reader's words, by the id of the refusal.
import type { ApiError } from "./api";
import { isMessage, i18n, t } from "./i18n.svelte";

/** What to say of a refusal; one that this page has no words for is told in the server's. */
export function errorMessage(error: Pick<ApiError, "id" | "about" | "message">): string {
  const words = `refused.${error.id}`;
  if (isMessage(words)) return t(words, error.about);
  return i18n.language === "en" ? error.message : t("refused.other", { message: error.message });
}
