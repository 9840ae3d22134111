// Loads what a view shows, until it is there, and again when something has happened.
import type { AsyncAction } from "../lib/asyncAction.svelte";
import { session } from "../lib/session.svelte";

/** Milliseconds between two attempts. */
const PAUSE = 1000;

export class Refresh {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** `pause`: milliseconds in which events that come together are gathered. */
  constructor(
    readonly loading: AsyncAction,
    readonly load: () => Promise<void>,
    readonly pause: number,
  ) {}

  /** Load it soon: events that come without end do not put it off without end. */
  soon(pause = this.pause): void {
    if (!this.#ended) this.#timer ??= setTimeout(() => void this.now(), pause);
  }

  /** Load it, and if the server does not answer once more. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (await this.loading.run(this.load)) return;
    // What is being loaded may have been asked for before this happened.
    if (this.loading.busy) this.soon();
    else if (this.loading.gone) this.soon(PAUSE);
    else if (this.loading.signedOut && (await session.again())) this.soon(0);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
