// What is wrong with a field that a browser refuses to send, in the reader's words and not the browser's.
import { t } from "./i18n.svelte";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Say it wherever a form of the page is refused; fields keep what is typed in them. */
export function tellInvalid(root: Document): void {
  // These events do not bubble.
  root.addEventListener("invalid", (event) => tell(event.target as Field), true);
  root.addEventListener("input", forget, true);
}

/** One field may be wrong by what stands in another: with each change all of them are checked again. */
function forget({ target }: Event): void {
  const fields = (target as Field).form?.elements ?? [target];
  for (const field of fields) (field as Field).setCustomValidity?.("");
}

function tell(field: Field): void {
  field.setCustomValidity("");
  if (!field.validity.valid) field.setCustomValidity(words(field));
}

function words(field: Field): string {
  const { validity } = field;
  const input = field as HTMLInputElement;
  const isDate = input.type === "date";
  if (validity.valueMissing || validity.patternMismatch) return t("invalid.missing");
  if (validity.typeMismatch) return t("refused.email.invalid");
  if (validity.tooShort) return t("invalid.short", { count: input.minLength });
  if (validity.badInput) return isDate ? t("invalid.date") : t("invalid.number");
  if (isDate && (validity.rangeUnderflow || validity.rangeOverflow))
    return t("refused.iteration.dates_order");
  if (validity.rangeUnderflow) return t("invalid.least", { least: input.min });
  if (validity.rangeOverflow) return t("invalid.most", { most: input.max });
  if (validity.stepMismatch) return t("invalid.whole");
  return field.validationMessage;
}
