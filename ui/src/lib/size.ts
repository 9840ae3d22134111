// What a size counts as: the first number that is written in it, as the server reads it.

const NUMBER = /-?(?:\d+(?:[.,]\d+)?|[.,]\d+)/;

/** The number in a size; null: there is none. */
export function sizeOf(text: string): number | null {
  const found = NUMBER.exec(text);
  return found ? Number(found[0].replace(",", ".")) : null;
}
