// Loads again what a view shows when something has happened, soon and not once for each event.
import type { Attempt } from "../lib/attempt.svelte";
import type { Space } from "./space.svelte";

export class Refresh {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** `pause`: milliseconds in which events that come together are gathered. */
  constructor(
    readonly space: Space,
    readonly loading: Attempt,
    readonly load: () => Promise<void>,
    readonly pause: number,
  ) {}

  soon(): void {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#timer = setTimeout(() => void this.#again(), this.pause);
  }

  async #again(): Promise<void> {
    const worked = await this.loading.run(this.load);
    // What is being loaded may have been asked for before this happened.
    if (!worked && (this.loading.busy || this.space.away)) this.soon();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
