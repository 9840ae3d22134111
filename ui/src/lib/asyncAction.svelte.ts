// Something that a person asked for: whether it is under way, and what was wrong with it.
import { ApiError } from "./api";
import { t } from "./i18n.svelte";
import { session } from "./session.svelte";
import { errorMessage } from "./errorMessages";

const NOT_FOR_US = [403, 404];

/** What to say of an error. */
export function said(error: unknown): string {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 0) return t("error.away");
  if (error.status === 401 && session.user) {
    session.over(error.late);
    return t(error.late ? "error.general" : "session.ended");
  }
  if (NOT_FOR_US.includes(error.status) && !error.id) return t("refused.not_found");
  return error.id || error.message ? errorMessage(error) : t("error.general");
}

const SERVERS_FAULT = 500;

export class AsyncAction {
  busy = $state(false);
  wrong = $state("");
  /** The server did not answer: it may when it is asked once more. */
  gone = $state(false);
  /** The session of the request has ended: it may work in the one that begins, or has begun. */
  signedOut = false;
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;

  /**
   * Do it when what was asked for before is done, so that of changes made in quick succession none
   * is lost; what was wrong with one is said until all of them are done. Returns whether it worked.
   */
  after(work: () => Promise<void>): Promise<boolean> {
    const behind = this.#queued++ > 0;
    const done = this.#queue.then(async () => {
      const before = behind ? this.wrong : "";
      const worked = await this.run(work);
      this.wrong ||= before;
      return worked;
    });
    this.#queue = done.catch(() => undefined).finally(() => this.#queued--);
    return done;
  }

  /** Load something, and if the session has ended meanwhile again, once it is back. */
  async load(work: () => Promise<void>): Promise<boolean> {
    while (!(await this.run(work))) {
      if (!this.signedOut || !(await session.again())) return false;
    }
    return true;
  }

  /** Do it, unless it is under way already. Returns whether it worked. */
  async run(
    work: () => Promise<void>,
    refused: (error: unknown) => string = said,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.wrong = "";
    this.gone = false;
    this.signedOut = false;
    try {
      await work();
      return true;
    } catch (error) {
      this.gone =
        error instanceof ApiError && (error.status === 0 || error.status >= SERVERS_FAULT);
      this.signedOut = error instanceof ApiError && error.status === 401;
      this.wrong = refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
