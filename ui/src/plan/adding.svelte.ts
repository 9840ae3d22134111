// Lines that become cards: typed, on their way, made; kept until they are, whatever view is looked at.
import { said } from "../lib/asyncAction.svelte";
import { t } from "../lib/i18n.svelte";
import { session } from "../lib/session.svelte";
import type { Space } from "../space/space.svelte";
import { cardOf, type Line } from "./moves";
import type { Plan, Telling } from "./plan.svelte";

const known = new WeakMap<Space, Adding>();

/** The lines of a space: another look at its plan finds them. */
export function addingTo(space: Space): Adding {
  const found = known.get(space) ?? new Adding(space.uid);
  known.set(space, found);
  return found;
}

const MOST = 40;

function short(text: string): string {
  const letters = [...text];
  return letters.length > MOST ? `${letters.slice(0, MOST).join("")}…` : text;
}

export class Adding {
  lines = $state("");
  /** How many cards are on their way, and how many came of those sent last. */
  sending = $state(0);
  added = $state(0);
  /** The card that was made last. */
  last = $state("");
  /** What was refused, until somebody has seen it. */
  problems: string[] = $state([]);
  /** The lines on their way, of which no cards are made yet. */
  #unmade: string[] = [];
  #queue: Promise<void> = Promise.resolve();
  readonly #kept: string;

  constructor(space_uid: string) {
    this.#kept = `lines ${session.user?.id} ${space_uid}`;
    this.lines = sessionStorage.getItem(this.#kept) ?? "";
  }

  /** The cards that the lines would become. */
  get typed(): Line[] {
    return this.lines
      .split("\n")
      .map(cardOf)
      .filter((card) => card !== undefined);
  }

  /** Keep what is not made, for a reload. */
  keep(): void {
    const text = [...this.#unmade, ...(this.lines.trim() ? [this.lines] : [])].join("\n");
    if (text) sessionStorage.setItem(this.#kept, text);
    else sessionStorage.removeItem(this.#kept);
  }

  /** Make cards of the lines, after those that are on their way. */
  send(plan: Plan): void {
    const cards = this.typed;
    if (cards.length === 0) return;
    const texts = this.lines.split("\n").filter((line) => cardOf(line));
    this.#unmade.push(...texts);
    this.lines = "";
    this.sending += cards.length;
    this.#queue = this.#queue.then(() => this.#make(plan, cards, texts));
  }

  async #make(plan: Plan, cards: Line[], texts: string[]): Promise<void> {
    let made = 0;
    const told: Telling = {
      made: (uid) => {
        this.last = uid;
        made++;
        this.#unmade.shift();
        this.keep();
      },
      lacks: (title, what) => {
        this.problems.push(t("plan.lacking", { title: short(title), what: short(what) }));
      },
    };
    try {
      await plan.add(cards, told);
    } catch (error) {
      this.problems.push(`${short(cards[made]?.title ?? "")}: ${said(error)}`);
    }
    this.added = made;
    this.sending -= cards.length;
    // What was not made is there to be mended, in front of what was typed meanwhile.
    this.#unmade.splice(0, texts.length - made);
    this.lines = [...texts.slice(made), ...(this.lines ? [this.lines] : [])].join("\n");
    // The person whose lines they are may be gone.
    if (session.user) this.keep();
  }
}
