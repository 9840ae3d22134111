// What happens in a space, as the server tells it: read with fetch, resumed where it broke.
import { EventSourceParserStream } from "eventsource-parser/stream";
import { paced, sessionChange, type Schemas } from "../lib/api";
import { session } from "../lib/session.svelte";

export type SpaceEvent = Schemas["EventAnswer"];

const PAUSE = 1000;
/** The server sends a sign of life every 15 seconds: what is silent for longer does not come through. */
const SILENCE = 35_000;
/** How often it is asked instead where a proxy holds the stream back. */
const POLL = 3000;
const OVER = [403, 404];

/** Ends following: the space is not for this person any more. */
class Over extends Error {}

/** The session has ended: following goes on when the same person has signed in again. */
class Ended extends Error {}

/**
 * Tell of what happens behind a position until `signal`, and whether the server is away. Ends by
 * itself when the space is not for this person any more.
 */
export async function follow(
  space: string,
  position: number,
  signal: AbortSignal,
  tell: (event: SpaceEvent) => void,
  away: (is: boolean) => void,
): Promise<void> {
  let last = position;
  let polling = false;
  const told = (event: SpaceEvent): void => {
    last = event.seq;
    tell(event);
  };
  while (!signal.aborted) {
    try {
      if (polling) for (const one of await behind(space, last, signal, away)) told(one);
      else polling = !(await stream(space, last, signal, told, away));
    } catch (error) {
      if (signal.aborted || error instanceof Over) return;
      if (!(error instanceof Ended)) away(true);
      else if (!(await session.again())) return;
    }
    await new Promise((resolve) => setTimeout(resolve, polling ? POLL : PAUSE));
  }
}

/** The events behind a position, at most a hundred. */
async function behind(
  space: string,
  position: number,
  signal: AbortSignal,
  away: (is: boolean) => void,
): Promise<SpaceEvent[]> {
  const answer = await asked(space, position, "application/json", signal, away);
  return answer.ok ? ((await answer.json()) as SpaceEvent[]) : [];
}

/** Read the stream until it breaks; returns whether anything comes through it at all. */
async function stream(
  space: string,
  position: number,
  signal: AbortSignal,
  tell: (event: SpaceEvent) => void,
  away: (is: boolean) => void,
): Promise<boolean> {
  const silent = new AbortController();
  let heardAny = false;
  let timer = setTimeout(() => silent.abort(), SILENCE);
  try {
    const until = AbortSignal.any([signal, silent.signal]);
    const answer = await asked(space, position, "text/event-stream", until, away);
    if (!answer.ok || !answer.body) return true;
    const heard = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        heardAny = true;
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), SILENCE);
        controller.enqueue(bytes);
      },
    });
    const messages = answer.body
      .pipeThrough(heard)
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    for (;;) {
      const { done, value } = await messages.read();
      if (done) return true;
      tell(JSON.parse(value.data) as SpaceEvent);
    }
  } catch (error) {
    if (silent.signal.aborted) return heardAny;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function asked(
  space: string,
  position: number,
  accept: string,
  signal: AbortSignal,
  away: (is: boolean) => void,
): Promise<Response> {
  const path = `/api/kadence/v1/spaces/${space}/events?after=${position}`;
  const late = sessionChange();
  const answer = await paced(path, { headers: { accept }, signal });
  if (answer.status === 401) {
    session.over(late());
    throw new Ended();
  }
  if (OVER.includes(answer.status)) throw new Over();
  away(!answer.ok);
  return answer;
}
