// Which letters count as the same where something is searched or named.

/** A text as it is searched; the server's `domain.text.fold` says how, and both the same. */
export function fold(text: string): string {
  // Once up and down again for ß; first down for its capital.
  const lower = text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
  return lower
    .normalize("NFKC")
    .replaceAll("ς", "σ")
    .replaceAll("i\u0307", "i")
    .replaceAll("ё", "е");
}
