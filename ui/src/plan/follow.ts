// What happens in a space, as the server tells it: read with fetch, resumed where it broke.
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Schemas } from "../lib/api";
import { session } from "../lib/session.svelte";

export type Happening = Schemas["EventAnswer"];

const PAUSE = 1000;
const OVER = [401, 403, 404];

/**
 * Tell of what happens behind a position until `signal`, and whether the server is away. Ends by
 * itself when the space is not for this person any more.
 */
export async function follow(
  space: string,
  position: number,
  signal: AbortSignal,
  tell: (happening: Happening) => void,
  away: (is: boolean) => void,
): Promise<void> {
  let last = position;
  while (!signal.aborted) {
    try {
      const answer = await fetch(`/api/kadence/v1/spaces/${space}/events?after=${last}`, {
        headers: { accept: "text/event-stream" },
        signal,
      });
      if (answer.status === 401) session.over();
      if (OVER.includes(answer.status)) return;
      away(!answer.ok);
      if (answer.ok && answer.body) {
        const messages = answer.body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(new EventSourceParserStream())
          .getReader();
        for (;;) {
          const { done, value } = await messages.read();
          if (done) break;
          last = Number(value.id ?? last);
          tell(JSON.parse(value.data) as Happening);
        }
      }
    } catch {
      if (signal.aborted) return;
      away(true);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
