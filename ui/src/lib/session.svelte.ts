// Who is signed in.
import { i18n, isLanguage, type Language } from "./i18n.svelte";
import { own, setCsrfToken, ApiError, type Schemas, sessionChange, unwrap } from "./api";

type Answer = Schemas["SessionAnswer"];
type Way = Schemas["CreateSession"];

class Session {
  /** undefined: not known yet; null: nobody. */
  user: Schemas["UserAnswer"] | null | undefined = $state(undefined);
  hasPassword = $state(false);
  /** Whether they came by a password or a link: an API token sets no password and makes no tokens. */
  inPerson = $state(false);
  /** The session of `user` has ended: what is typed stays until somebody signs in again. */
  ended = $state(false);
  /** Which language and time zone they have chosen; undefined: as the device has it. */
  language: Language | undefined = $state();
  chosenTimeZone: string | undefined = $state();
  #waiting: ((same: boolean) => void)[] = [];

  /** In which zone they are told when something was. */
  get timeZone(): string {
    return this.chosenTimeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Speak a language from now on, wherever they sign in. */
  async speak(language: Language): Promise<boolean> {
    if (!(await i18n.speak(language))) return false;
    if (this.user && this.inPerson) {
      this.language = language;
      const params = { path: { user_id: this.user.id } };
      await unwrap(own.PATCH("/people/{user_id}", { params, body: { language } }));
    }
    return true;
  }

  /** Ask the server who this browser belongs to. */
  async load(): Promise<void> {
    try {
      const late = sessionChange();
      const answer = await unwrap(own.GET("/session"));
      if (answer) this.#begin(answer);
      else this.over(late());
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      this.over(error.late);
    }
  }

  /** Sign in by password, API token or one-time key. Throws ApiError. */
  async begin(way: Partial<Way>): Promise<void> {
    this.#begin(await unwrap(own.POST("/session", { body: way })));
  }

  /** Sign out. */
  async end(): Promise<void> {
    await unwrap(own.DELETE("/session"));
    this.leave();
  }

  /** The server did not know the session of a request; `late`: it was the one before this. */
  over(late: boolean): void {
    if (late) return;
    if (this.user) this.ended = true;
    else this.#nobody();
  }

  /** Leave nothing behind in this tab, signed out or after the session has ended. */
  leave(): void {
    this.#nobody();
    sessionStorage.clear();
  }

  /** Wait until somebody has signed in again; returns whether it is the same person. */
  again(): Promise<boolean> {
    if (!this.ended) return Promise.resolve(Boolean(this.user));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #nobody(): void {
    setCsrfToken(null);
    this.user = null;
    this.#tell(false);
  }

  #begin(answer: Answer): void {
    const same = this.user?.id === answer.user.id;
    if (this.user && !same) sessionStorage.clear();
    setCsrfToken(answer.csrf);
    this.user = answer.user;
    this.hasPassword = answer.has_password;
    this.inPerson = answer.in_person;
    this.chosenTimeZone = answer.timezone ?? undefined;
    this.language = isLanguage(answer.language) ? answer.language : undefined;
    if (this.language && this.language !== i18n.language) void i18n.speak(this.language);
    this.#tell(same);
  }

  #tell(same: boolean): void {
    this.ended = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(same);
  }
}

export const session = new Session();
