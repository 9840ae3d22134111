// What was typed with the keyboard in the other language: "yyf" for "анн", and back.
const LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю";
const OTHER = new Map([
  ...[...LATIN].map((key, at) => [key, CYRILLIC[at] ?? key] as const),
  ...[...CYRILLIC].map((key, at) => [key, LATIN[at] ?? key] as const),
]);

/** The text as the same keys write it on the other layout. */
export function typedOtherwise(text: string): string {
  return [...text.toLowerCase()].map((key) => OTHER.get(key) ?? key).join("");
}
