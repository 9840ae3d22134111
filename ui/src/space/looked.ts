// What was looked at last on this device: where the next sign-in leads, and which board is shown
// where several iterations run.
const SPACE = "kadence.space";
const iterationKey = (space: string): string => `kadence.iteration.${space}`;

export function keepLooked(space: string, iteration?: string): void {
  localStorage.setItem(SPACE, space);
  if (iteration !== undefined) localStorage.setItem(iterationKey(space), iteration);
}

export const lastSpace = (): string | null => localStorage.getItem(SPACE);
export const lastIteration = (space: string): string | null =>
  localStorage.getItem(iterationKey(space));
