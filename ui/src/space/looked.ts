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

const rowsKey = (space: string): string => `kadence.rows.${space}`;

/** By what the rows of a space's board are made, as it was chosen last on this device. */
export const lastRows = (space: string): string | null => localStorage.getItem(rowsKey(space));
export const keepRows = (space: string, rows: string): void =>
  localStorage.setItem(rowsKey(space), rows);

/** Where who comes in begins: the space of last time, or the only one, else all of them. Throws ApiError. */
export async function firstPlace(): Promise<string> {
  const spaces = await allSpaces();
  const last = localStorage.getItem(SPACE);
  const space = spaces.find((one) => one.uid === last) ?? (spaces.length === 1 ? spaces[0] : null);
  return space ? `/spaces/${space.uid}` : "/";
}
