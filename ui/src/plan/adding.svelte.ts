// Lines that become cards: typed, on their way, made; kept until they are, whatever view is looked at.
import { Attempt, said } from "../lib/attempt.svelte";
import { t } from "../lib/i18n.svelte";
import { session } from "../lib/session.svelte";
import type { Space } from "../space/space.svelte";
import { cardOf, type Line } from "./moves";
import type { Lacking, Plan } from "./plan.svelte";

const known = new WeakMap<Space, Adding>();

/** The lines of a space: another look at its plan finds them. */
export function addingTo(space: Space): Adding {
  const found = known.get(space) ?? new Adding(space.uid);
  known.set(space, found);
  return found;
}

const MOST = 40;

function short(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

export class Adding {
  lines = $state("");
  /** How many cards are on their way, and how many came of those sent last. */
  sending = $state(0);
  added = $state(0);
  /** The card that was made last. */
  last = $state("");
  readonly attempt = new Attempt();
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
    return this.lines.split("\n").map(cardOf).filter((card) => card !== undefined);
  }

  /** Keep what is not made, for a reload. */
  keep(): void {
    const text = [...this.#unmade, ...(this.lines.trim() ? [this.lines] : [])].join("\n");
    if (text) sessionStorage.setItem(this.#kept, text);
    else sessionStorage.removeItem(this.#kept);
  }

  /** Something else is being typed: what came of earlier lines is old. */
  forget(): void {
    this.added = 0;
    this.attempt.wrong = "";
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
    const one = (uid: string): void => {
      this.last = uid;
      made++;
      this.#unmade.shift();
      this.keep();
    };
    let lacking: Lacking[] = [];
    await this.attempt.run(
      async () => {
        lacking = await plan.add(cards, one);
      },
      (error) => `${short(cards[made]?.title ?? "")}: ${said(error)}`,
    );
    if (lacking.length > 0) {
      const what = lacking.map(({ title, what }) => `${short(title)}: ${short(what)}`);
      this.attempt.wrong = t("plan.lacking", { what: what.join("; ") });
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
