// Who is signed in.
import { own, proveWith, Refused, type Schemas, wanted } from "./api";

type Answer = Schemas["SessionAnswer"];
type Way = Schemas["CreateSession"];

class Session {
  /** undefined: not known yet; null: nobody. */
  user: Schemas["UserAnswer"] | null | undefined = $state(undefined);
  hasPassword = $state(false);

  /** Ask the server who this browser belongs to. */
  async load(): Promise<void> {
    try {
      this.#begin(await wanted(own.GET("/session")));
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.user = null;
      else throw error;
    }
  }

  /** Sign in by password, API token or one-time key. Throws Refused. */
  async begin(way: Partial<Way>): Promise<void> {
    this.#begin(await wanted(own.POST("/session", { body: way as Way })));
  }

  /** Sign out. */
  async end(): Promise<void> {
    await wanted(own.DELETE("/session"));
    this.over();
  }

  /** The server does not know this session any more. */
  over(): void {
    proveWith(null);
    this.user = null;
  }

  #begin(answer: Answer): void {
    proveWith(answer.csrf);
    this.user = answer.user;
    this.hasPassword = answer.has_password;
  }
}

export const session = new Session();
