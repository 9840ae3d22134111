// Something that a person asked for: whether it is under way, and what was wrong with it.
import { Refused } from "./api";
import { t } from "./i18n.svelte";
import { session } from "./session.svelte";

/** What to say of an error. */
export function said(error: unknown): string {
  if (!(error instanceof Refused)) throw error;
  if (error.status === 0) return t("error.away");
  if (error.status === 401 && session.user) session.over();
  return error.message || t("error.general");
}

export class Attempt {
  busy = $state(false);
  wrong = $state("");

  /** Do it, unless it is under way already. Answers whether it worked. */
  async run(work: () => Promise<void>, refused: (error: unknown) => string = said): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.wrong = "";
    try {
      await work();
      return true;
    } catch (error) {
      this.wrong = refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
