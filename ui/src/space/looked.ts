// What was looked at last on this device: where the next sign-in leads, and which board is shown
// where several iterations run.
import { allSpaces } from "./queries";

const SPACE = "kadence.space";
const iterationKey = (space: string): string => `kadence.iteration.${space}`;

export function keepLooked(space: string, iteration?: string): void {
  localStorage.setItem(SPACE, space);
  if (iteration !== undefined) localStorage.setItem(iterationKey(space), iteration);
}

export const lastIteration = (space: string): string | null =>
  localStorage.getItem(iterationKey(space));

/** Where who comes in begins: the space of last time, or the only one, else all of them. Throws ApiError. */
export async function firstPlace(): Promise<string> {
  const spaces = await allSpaces();
  const last = localStorage.getItem(SPACE);
  const space = spaces.find((one) => one.uid === last) ?? (spaces.length === 1 ? spaces[0] : null);
  return space ? `/spaces/${space.uid}` : "/";
}
