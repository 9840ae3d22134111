// A space that is being looked at: what it is, what happens in it, and the way to change it.
import {
  allBehind,
  allPages,
  type Answer,
  api,
  idempotencyKey,
  own,
  ApiError,
  type Schemas,
  unwrap,
} from "../lib/api";
import { said } from "../lib/asyncAction.svelte";
import { session } from "../lib/session.svelte";
import { Toast } from "../lib/toast.svelte";
import { Undo } from "../lib/undo.svelte";
import { follow, type SpaceEvent } from "./follow";

/** The header under which a repeated request is done once. */
export type Keyed = { "idempotency-key": string };
export type Board = Schemas["BoardAnswer"];
export type Calendar = Schemas["CalendarAnswer"];

/** The roles of readers, writers and admins, as the wire names them for everybody. */
export const ROLES = [
  "06ccb31f-426b-4fa3-b7e5-861daee95696",
  "a431ed00-1b32-4cc7-92b6-85e4bc7de40e",
  "07ea3efc-a004-4d31-8683-4bb2084e209b",
] as const;

/** The longest page of people. */
const MOST_PEOPLE = 500;
/** Milliseconds between two attempts. */
const PAUSE = 500;
/** For so many milliseconds an answer is waited for before it is said that there is none. */
const PATIENCE = 6000;

export class Space {
  id = 0;
  title = $state("");
  /** What this person may do here: as a reader, writer or admin. */
  role = $state("");
  /** The role that everybody of the company has here, 1 to 3 as ROLES name them; 0: none. */
  everyone = $state(0);
  boards: Board[] = $state.raw([]);
  /** Who has a role in it, as it was asked for last. */
  members: Schemas["MemberAnswer"][] = $state.raw([]);
  calendar: Calendar = $state.raw(UNKNOWN);
  /** The size that is usually done in an iteration; null: nobody knows yet. */
  velocity: number | null = $state(null);
  loaded = $state(false);
  /** The server does not answer; what is under way is sent again. */
  away = $state(false);
  /** What was refused last. */
  wrong = $state("");
  unsent = $state(0);
  readonly undo = new Undo();
  readonly toast = new Toast();
  readonly #listeners = new Set<(event: SpaceEvent) => void>();
  readonly #stop = new AbortController();
  /** Whose changes are sent from here: never in the name of somebody who signs in later. */
  readonly #who = session.user?.id;
  #turn = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(readonly uid: string) {}

  /** Load what the space is, then follow what happens in it. Throws ApiError. */
  async load(): Promise<void> {
    const position = await this.renew();
    this.loaded = true;
    void follow(
      this.uid,
      position,
      this.#stop.signal,
      (event) => this.#tell(event),
      (away) => (this.away = away),
    );
  }

  /** Load again what the space is; returns the position of its newest event. Throws ApiError. */
  async renew(): Promise<number> {
    const turn = ++this.#turn;
    const params = { path: { space_uid: this.uid } };
    const found = await unwrap(own.GET("/spaces/{space_uid}", { params }));
    const { space, calendar, velocity, position } = found;
    // A later answer is there or under way.
    if (turn !== this.#turn) return position;
    this.id = space.id;
    this.title = space.title;
    this.role = space.access_mod;
    const general = ROLES.findIndex((uid) => uid === space.for_everyone_access_role_id) + 1;
    this.everyone = space.access === "for_everyone" ? general : 0;
    this.boards = space.boards;
    this.calendar = calendar;
    this.velocity = velocity?.done.size ?? null;
    return position;
  }

  /** Who has a role in the space. Throws ApiError. */
  async people(): Promise<Schemas["MemberAnswer"][]> {
    const limit = MOST_PEOPLE;
    this.members = await allBehind((last_user_id) => {
      const params = { path: { space_id: this.id }, query: { limit, last_user_id } };
      return unwrap(api.GET("/spaces/{space_id}/users", { params }));
    }, limit);
    return this.members;
  }

  /** The names of the tags on its cards. Throws ApiError. */
  async tags(): Promise<string[]> {
    const found = await allPages((offset) => {
      const query = { space_id: this.id, limit: 100, offset };
      return unwrap(api.GET("/tags", { params: { query } }));
    });
    return found.map(({ name }) => name);
  }

  /** The state that a column gives its cards; undefined: no board here has it. */
  stateOf(column: number): number | undefined {
    const columns = this.boards.flatMap(({ columns }) => columns);
    const all = columns.flatMap((one) => [one, ...(one.subcolumns ?? [])]);
    return all.find((one) => one.id === column)?.type;
  }

  get administered(): boolean {
    return this.role === "admin";
  }

  get writable(): boolean {
    return this.administered || this.role === "writer";
  }

  get timeZone(): string {
    return this.calendar.time_zone;
  }

  /** Be told of what happens; returns how to end it. */
  listen(listener: (event: SpaceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stop following; what was done here is sent nevertheless. */
  end(): void {
    this.#stop.abort();
  }

  /**
   * Ask for a change until the server answers, under one key, so that it is made once; or until
   * nobody wants it any more. Throws ApiError.
   */
  async once<T>(
    change: (headers: Keyed) => Promise<Answer<T>>,
    unwanted?: AbortSignal,
  ): Promise<T> {
    const headers = { "idempotency-key": idempotencyKey() };
    this.unsent++;
    try {
      return await this.#until(change, headers, unwanted);
    } finally {
      this.unsent--;
    }
  }

  async #until<T>(
    change: (headers: Keyed) => Promise<Answer<T>>,
    headers: Keyed,
    unwanted: AbortSignal | undefined,
  ): Promise<T> {
    let proven = true;
    for (;;) {
      if (unwanted?.aborted) throw new ApiError(0, "");
      if (session.user?.id !== this.#who) throw new ApiError(403, "");
      // A server that is stuck refuses nothing, and answers nothing.
      const stuck = setTimeout(() => (this.away = true), PATIENCE);
      try {
        const answer = await unwrap(change(headers)).finally(() => clearTimeout(stuck));
        this.away = false;
        return answer;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401 && session.user) {
          session.over(error.late);
          await session.again();
          continue;
        }
        let unproven = false;
        if (proven && error instanceof ApiError && error.status === 403 && error.message) {
          // Another tab has signed in again: this one proves itself by what that one got.
          unproven = await session.load().then(
            () => false,
            () => true,
          );
          proven = unproven;
          if (!unproven) continue;
        }
        const away = error instanceof ApiError && (error.status === 0 || error.status === 503);
        const gone = away || unproven;
        if (!gone) this.away = false;
        if (!gone || unwanted?.aborted) throw error;
        this.away = true;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        if (unwanted?.aborted) {
          // Whether the server is still away is for those to say who go on asking.
          this.away = false;
          throw error;
        }
      }
    }
  }

  /** Do one change after the other, in the order in which they were made here. */
  send(work: () => Promise<void>, refused: () => void = () => undefined): void {
    this.unsent++;
    this.#queue = this.#queue
      .then(work)
      .catch((error: unknown) => {
        this.wrong = error instanceof ApiError ? said(error) : String(error);
        this.undo.clear();
        refused();
      })
      .finally(() => this.unsent--);
  }

  /** Done when all that was sent before is. */
  get settled(): Promise<void> {
    return this.#queue;
  }

  #tell(event: SpaceEvent): void {
    const { kind, iteration_id } = event;
    if (iteration_id && /^iteration\.(closed|removed)$/.test(kind)) this.undo.forget(iteration_id);
    if (/^(space|member|board|column|lane|calendar)/.test(kind) || kind === "iteration.closed") {
      void this.renew().catch(() => undefined);
    }
    for (const listener of this.#listeners) listener(event);
  }
}

const UNKNOWN: Calendar = {
  time_zone: "UTC",
  weekdays: [1, 2, 3, 4, 5],
  country: null,
  subdivision: null,
  days_off: [],
  workdays: [],
  holidays: [],
};
