// Loads parts of the page that are not needed for the first look, also while the server is away.

/** Milliseconds between two attempts. */
const PAUSE = 1000;

/**
 * What `load` imports; while the server does not answer, that is tried again and again. Throws what
 * `load` throws where it answers: then it serves another version of the page by now.
 */
export async function lazyImport<T>(load: () => Promise<T>): Promise<T> {
  for (let answered = false; ;) {
    try {
      return await load();
    } catch (error) {
      if (answered) throw error;
      answered = await answers();
      if (!answered) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
