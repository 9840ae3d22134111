// What a picker offers, and which of it is meant by what is typed.
import { fold } from "./fold";
import { typedOtherwise } from "./layout";

/** Whether it is chosen already: of several cards, by some or by all. */
export type Chosen = boolean | "some";
export type Choice = {
  value: string;
  label: string;
  chosen: Chosen;
  /** Other words by which it is found. */
  also?: readonly string[];
  /** What helps to decide. */
  note?: string;
  /** The key that does the same. */
  key?: string;
};

/** The choices in which each typed word begins a word, also where the other layout was on. */
export function matching(choices: readonly Choice[], typed: string): readonly Choice[] {
  const ways = [typed, typedOtherwise(typed)].map((way) => fold(way).split(/\s+/).filter(Boolean));
  if (ways[0]?.length === 0) return choices;
  return choices.filter(({ label, also = [] }) => {
    const words = [label, ...also].flatMap((text) => [
      fold(text),
      ...fold(text).split(/[\s@._-]+/),
    ]);
    return ways.some((way) => way.every((word) => words.some((one) => one.startsWith(word))));
  });
}

/** The choices with those in front that are chosen; the others stay in their order. */
export function chosenFirst(choices: readonly Choice[]): Choice[] {
  return [...choices.filter((one) => one.chosen), ...choices.filter((one) => !one.chosen)];
}
