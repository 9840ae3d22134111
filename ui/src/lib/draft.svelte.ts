// What is typed in a form and not saved: going elsewhere would lose it, and is asked about.

export class Draft {
  /** Somebody was about to lose it. */
  asked = $state(false);

  constructor(readonly dirty: () => boolean) {}

  /** Whether it would be lost; if so that is said. */
  holds = (): boolean => (this.asked = this.dirty());
}
