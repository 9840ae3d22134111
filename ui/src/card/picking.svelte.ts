// Which property of which cards is being chosen, and beside what.
import { focusCard } from "../lib/focus";
import { t, written } from "../lib/i18n.svelte";
import type { Change } from "../space/edits";
import type { Card, Iteration } from "../space/queries";
import type { Space } from "../space/space.svelte";

export type Kind = "person" | "tag" | "size" | "column" | "iteration" | "menu";

/** A view whose cards are worked on: what it holds, and what it can do with it. */
export interface Deck {
  readonly space: Space;
  readonly cards: ReadonlyMap<string, Card>;
  /** Change cards alike, and say so. */
  edit: (uids: readonly string[], change: Change, said: string) => void;
  /** Move cards to an iteration, "" is the backlog. */
  moveTo: (uids: readonly string[], iteration: string) => void;
  /** Where a card stands now: an iteration, or "" for the backlog. */
  whereIs: (uid: string) => string | undefined;
  /** Where cards can go, with what is in it once they are there. Throws ApiError. */
  targets: (uids: readonly string[]) => Promise<Target[]>;
  /** What a person has to do in what is planned; undefined: it is not said here. */
  loadOf: (id: number) => number | undefined;
}
export type Target = Pick<Iteration, "id" | "title"> & { note: string };

export class Picking {
  now: { kind: Kind; uids: readonly string[]; anchor: Element } | undefined = $state.raw();
  #origin: Element | null = null;

  begin(kind: Kind, uids: readonly string[], anchor: Element): void {
    if (!this.now) this.#origin = document.activeElement;
    if (uids.length > 0) this.now = { kind, uids, anchor };
  }

  /** Close it; the focus goes back to where it was. */
  end(): void {
    if (!this.now) return;
    const [first = ""] = this.now.uids;
    this.now = undefined;
    const origin = this.#origin;
    const kept = origin instanceof HTMLElement && origin.isConnected && origin !== document.body;
    if (kept) origin.focus({ preventScroll: true });
    else focusCard(first);
  }
}

/** What is meant where a key is pressed or a property clicked: all that are selected, or that card. */
export function meant(selected: ReadonlySet<string>, uid: string | undefined): string[] {
  if (uid !== undefined && !selected.has(uid)) return [uid];
  return selected.size > 0 ? [...selected] : uid === undefined ? [] : [uid];
}

/** What is in an iteration once cards are there, beside what the team takes on. */
export function afterwards(size: number, capacity: number | null): string {
  return capacity === null
    ? t("pick.after.plain", { size: written(size) })
    : t("pick.after", { size: written(size), capacity: written(capacity) });
}
