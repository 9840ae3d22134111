// What the server says it refuses, in the reader's words where this page may well bring it about.
import { i18n, type Message, t } from "./i18n.svelte";

const TOLD: [RegExp, Message][] = [
  [/^Active iteration should have start_date and finish_date$/, "told.dates"],
  [/^actual_finish_date should be later than start_date$/, "told.early"],
  [/^finish_date should be later than start_date$/, "told.order"],
  [/^Can't change dates of finished iteration$/, "told.finished"],
  [
    /^(Can't change (removed iteration|capacity of finished iteration)|Invalid status transition)/,
    "told.over",
  ],
  [/^Can't (add card to|remove card from) finished iteration$/, "told.over"],
  [/^Card should be on a primary board of this space$/, "told.board"],
  [/^Can't add archived or deleted card$/, "told.gone"],
  [/^(Card is deleted|No such card)$/, "told.gone"],
  [/^Card is not in this iteration$/, "told.elsewhere"],
  [/^prev_card_id should be another card of the same cell$/, "told.elsewhere"],
  [/^(column_id|lane_id) should be a/, "told.column"],
  [/^There is already a tag with this name$/, "told.tag"],
  [/^weekdays should name at least one working day$/, "told.weekdays"],
  [/is in days_off and in workdays$/, "told.both"],
  [/^country should be/, "told.country"],
  [/^subdivision should be one of: (?<list>.*)/, "told.subdivision"],
  [/deactivated( user)?$/, "told.deactivated"],
  [/^The last admin of the space should name another one first$/, "told.lastAdmin"],
  [/^email should match/, "told.email"],
  [/^current should be the password/, "told.password"],
  [/ should NOT be longer than (?<most>\d+) characters$/, "told.long"],
  [/ should have a visible character$/, "told.visible"],
  [/^It has changed since you read it/, "told.changed"],
];

/** The server's message as this page says it; one that it does not know is shown as it is. */
export function errorMessage(message: string): string {
  for (const [pattern, words] of TOLD) {
    const found = pattern.exec(message);
    if (found) return t(words, found.groups);
  }
  return i18n.language === "en" ? message : t("told.other", { message });
}
