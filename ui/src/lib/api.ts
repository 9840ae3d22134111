// The way to the server: its public API, with the session's cookie and proof, and errors as told.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "../api/schema";

export type Schemas = components["schemas"];

/** What the server refused, in its own words; status 0: it could not be reached. */
export class ApiError extends Error {
  /** What stays the same whatever the words; "" where nothing is known. */
  readonly id: string;
  /** What the refusal names. */
  readonly about: Refusal["about"];

  constructor(
    readonly status: number,
    message: string,
    readonly code: number | undefined = undefined,
    /** Another session has begun since it was asked: a 401 says nothing of that one. */
    readonly late = false,
    { id, about }: Refusal = { id: "", about: {} },
  ) {
    super(message);
    this.id = id;
    this.about = about;
  }
}

type Refusal = { id: string; about: Record<string, string | number> };

const PARAMETER =
  /;(?<key>[a-z_]+)=(?:%"(?<shown>[^"]*)"|"(?<text>(?:[^"\\]|\\.)*)"|(?<number>\d+))/g;

/** Why an answer refuses, by its header X-Kadence-Error: an item of RFC 9651 with parameters. */
export function refusalOf(response: Response): Refusal {
  const header = response.headers.get("x-kadence-error") ?? "";
  const about: Refusal["about"] = {};
  for (const { groups } of header.matchAll(PARAMETER)) {
    const { key = "", shown, text, number } = groups ?? {};
    if (shown !== undefined) about[key] = decodeURIComponent(shown);
    else about[key] = text === undefined ? Number(number) : text.replace(/\\(.)/g, "$1");
  }
  return { id: header.split(";", 1)[0] ?? "", about };
}

let csrf = "";

/** Keep what proves that requests come from this page. */
export function setCsrfToken(token: string | null): void {
  csrf = token ?? "";
}

/** Notes the session that a request is sent in; what it returns tells whether another has begun. */
export function sessionChange(): () => boolean {
  const sent = csrf;
  return () => sent !== csrf;
}

const proof: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("x-kadence-csrf", csrf);
    return request;
  },
};

type Below<Base extends string> = {
  [Path in keyof paths as Path extends `${Base}${infer Rest}` ? Rest : never]: paths[Path];
};
/** What is published, by its path below the version. */
export type Published = Below<"/api/latest">;
/** What kadence adds to it, likewise. */
export type OwnPaths = Below<"/api/kadence/v1">;

const TRIES = 30;
const SECOND = 1000;

/**
 * Fetch; where the server limits the rate of requests, again a second later. Whoever has failed too
 * often has to wait longer, and is told so.
 */
export async function paced(input: Request | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  for (let tries = 1; ; tries++) {
    const answer = await fetch(request.clone());
    const wait = Number(answer.headers.get("retry-after") ?? Infinity);
    if (answer.status !== 429 || wait > 1 || tries === TRIES) return answer;
    await new Promise((resolve) => {
      request.signal.addEventListener("abort", resolve, { once: true });
      setTimeout(resolve, wait * (1 + Math.random()) * SECOND);
    });
  }
}

/** The published API. */
export const api = createClient<Published>({ baseUrl: "/api/latest", fetch: paced });
/** What kadence adds to it. */
export const own = createClient<OwnPaths>({
  baseUrl: "/api/kadence/v1",
  fetch: paced,
});
api.use(proof);
own.use(proof);

/** A key under which a repeated request is done once. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What openapi-fetch answers. */
export type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's data. Throws ApiError when there is none. */
export async function unwrap<T>(asked: Promise<Answer<T>>): Promise<T> {
  const late = sessionChange();
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new ApiError(0, "");
  }
  if (answer.response.ok) return answer.data as T;
  const said = (answer.error ?? {}) as { message?: string; code?: number };
  const text = typeof answer.error === "string" ? answer.error : said.message;
  throw new ApiError(
    answer.response.status,
    text ?? "",
    said.code,
    late(),
    refusalOf(answer.response),
  );
}

/** The answer's data, with what tells later whether it is still so. Throws ApiError. */
export async function tagged<T>(
  asked: Promise<Answer<T>>,
): Promise<{ found: T; etag: string | undefined }> {
  let etag: string | undefined;
  const noted = asked.then((answer) => {
    etag = answer.response.headers.get("etag") ?? undefined;
    return answer;
  });
  const found = await unwrap(noted);
  return { found, etag };
}

/** All of a list that goes on behind the last id of the page before. */
export async function allBehind<T extends { id: number }>(
  page: (last: number) => Promise<T[]>,
  size: number,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const found = await page(all.at(-1)?.id ?? 0);
    all.push(...found);
    if (found.length < size) return all;
  }
}

const PAGES_AT_ONCE = 5;

/** All pages of a list that is served a hundred at a time; of a long one, several at once. */
export async function allPages<T>(
  page: (offset: number) => Promise<T[]>,
  size = 100,
): Promise<T[]> {
  const all = await page(0);
  while (all.length > 0 && all.length % size === 0) {
    const offsets = Array.from({ length: PAGES_AT_ONCE }, (_, n) => all.length + n * size);
    const found = await Promise.all(offsets.map(page));
    all.push(...found.flat());
    if (found.at(-1)?.length === 0) break;
  }
  return all;
}
