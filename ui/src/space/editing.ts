// How cards that a view holds are edited: shown at once, sent behind, and as the server has them then.
import type { Card } from "./queries";
import { backTo, changed, type Edit, sendEdits } from "./edits";
import type { Space } from "./space.svelte";

export class Editing {
  /** How often something was changed here: what was asked for before that is out of date. */
  made = 0;

  constructor(
    readonly space: Space,
    readonly cards: Map<string, Card>,
    /** Holds a card as it is now. */
    readonly hold: (card: Card) => void,
    readonly refused: () => void,
  ) {}

  /** Show cards as they are after edits. */
  show(edits: readonly Edit[]): void {
    this.made++;
    for (const { card_uids, ...change } of edits) {
      const column = change.column_id;
      const state = column === undefined ? undefined : this.space.stateOf(column);
      for (const uid of card_uids) {
        const card = this.cards.get(uid);
        if (card) this.hold(changed(card, change, this.space.members, state));
      }
    }
  }

  /** Send edits that are shown; what is refused is taken back. */
  send(edits: readonly Edit[]): void {
    if (edits.length === 0) return;
    const { made } = this;
    this.space.send(
      async () => {
        const cards = await sendEdits(this.space, edits);
        // What was done later is shown already.
        if (made === this.made) for (const card of cards) this.hold(card);
      },
      () => {
        this.space.toast.close();
        this.refused();
      },
    );
  }

  /** The edits that bring the cards of others back to what they are. */
  backOf(edits: readonly Edit[]): Edit[] {
    return edits.flatMap(({ card_uids, ...change }) =>
      backTo(
        card_uids.map((uid) => this.cards.get(uid)).filter((card) => card !== undefined),
        change,
      ),
    );
  }
}
