// What is typed in a form and not saved: going elsewhere would lose it, and is asked about.

export class Draft {
  /** How often somebody was about to lose it. */
  asked = $state(0);

  constructor(readonly dirty: () => boolean) {}

  /** Whether it would be lost; if so that is said. */
  holds = (): boolean => {
    const dirty = this.dirty();
    this.asked = dirty ? this.asked + 1 : 0;
    return dirty;
  };
}
