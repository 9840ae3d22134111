// Which cards are shown: words that are in them, a board, a member, a tag, a size.
import { fold } from "../lib/fold";
import type { Card } from "../space/queries";

/** What a filter can be set to: a value, and what to call it. */
export type Option = { value: string; label: string };

const NONE = "none";
/** How each is called in the address. */
const KEYS = { search: "q", board: "board", member: "member", tag: "tag", size: "size" } as const;
type Kind = keyof typeof KEYS;
const KINDS = Object.keys(KEYS) as Kind[];

export class Filters {
  search = $state("");
  board = $state("");
  member = $state("");
  tag = $state("");
  /** "", a size as text, or "none" for cards without one. */
  size = $state("");

  /** As the query of an address says it. */
  constructor(query = "") {
    const said = new URLSearchParams(query);
    for (const kind of KINDS) this[kind] = said.get(KEYS[kind]) ?? "";
  }

  /** The same as values of a query; undefined where nothing is asked for. */
  get query(): Record<string, string | undefined> {
    return Object.fromEntries(KINDS.map((kind) => [KEYS[kind], this[kind].trim() || undefined]));
  }

  readonly #words = $derived(fold(this.search).split(/\s+/).filter(Boolean));

  /** Whether a card is to be shown. */
  lets(card: Card): boolean {
    if (this.board && String(card.board_id) !== this.board) return false;
    if (this.member && !card.members.some((one) => String(one.id) === this.member)) return false;
    if (this.tag && !card.tags.some((one) => String(one.id) === this.tag)) return false;
    if (this.size && String(card.size ?? NONE) !== this.size) return false;
    const texts = textsOf(card);
    // Beside other words a bare number is as likely one of the title.
    const numbers = [`#${card.id}`, ...(this.#words.length === 1 ? [String(card.id)] : [])];
    const said = (word: string): boolean =>
      numbers.includes(word) || texts.some((text) => text.includes(word));
    return this.#words.every(said);
  }

  /** Whether only the cards of somebody are shown, or let it be so, or not any more. */
  isOf(person: number | undefined): boolean {
    return person !== undefined && this.member === String(person);
  }

  toggle(person: number | undefined): void {
    this.member = this.isOf(person) ? "" : String(person ?? "");
  }

  /** Ask for nothing any more. */
  clear(): void {
    for (const kind of KINDS) this[kind] = "";
  }

  get any(): boolean {
    return Boolean(this.search.trim() || this.board || this.member || this.tag || this.size);
  }
}

function textsOf(card: Card): string[] {
  const texts = [card.title, ...card.tags.map((tag) => tag.name)];
  texts.push(...card.members.map((member) => member.full_name));
  return texts.map(fold);
}

/** What the cards can be filtered by, in alphabetical order; sizes by how large they are. */
export function choices(
  cards: readonly Card[],
  boardTitles: ReadonlyMap<number, string>,
): Record<"board" | "member" | "tag", Option[]> & {
  size: string[];
} {
  const boards = new Map<string, string>();
  const members = new Map<string, string>();
  const tags = new Map<string, string>();
  const sizes = new Set<number>();
  let unsized = false;
  for (const card of cards) {
    boards.set(String(card.board_id), boardTitles.get(card.board_id) ?? String(card.board_id));
    for (const member of card.members) members.set(String(member.id), member.full_name);
    for (const tag of card.tags) tags.set(String(tag.id), tag.name);
    if (card.size === null) unsized = true;
    else sizes.add(card.size);
  }
  const size = [...sizes].sort((a, b) => a - b).map(String);
  return {
    board: sorted(boards),
    member: sorted(members),
    tag: sorted(tags),
    size: unsized ? [NONE, ...size] : size,
  };
}

function sorted(labels: ReadonlyMap<string, string>): Option[] {
  const options = [...labels].map(([value, label]) => ({ value, label }));
  return options.sort((a, b) => a.label.localeCompare(b.label));
}
