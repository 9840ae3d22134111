// What can be done with an iteration: plan, change, start, close and delete it.
import { api, type Schemas, tagged } from "../lib/api";
import { daysOf, type Iteration } from "../space/queries";
import type { Space } from "../space/space.svelte";

export type Step = "start" | "close" | "delete";
/** What is typed of an iteration. */
export type Fields = Pick<Iteration, "title" | "goal" | "start_date" | "finish_date">;

/** Plan a new iteration. Throws ApiError. */
export async function create(
  space: Space,
  body: Schemas["CreateIteration"],
  unwanted?: AbortSignal,
): Promise<Iteration> {
  const params = { path: { space_uid: space.uid } };
  const at = "/spaces/{space_uid}/iterations";
  return space.once((headers) => api.POST(at, { params, body, headers }), unwanted);
}

/** An iteration as it is now, with what tells later whether it is still so. Throws ApiError. */
export async function latest(
  space: Space,
  id: string,
): Promise<{ iteration: Iteration; etag: string | undefined }> {
  const params = { path: { space_uid: space.uid, id } };
  const at = "/spaces/{space_uid}/iterations/{id}";
  const { found, etag } = await tagged(api.GET(at, { params }));
  // Behind it: days that are newer than the tag are met by a refusal, older ones by nothing.
  const kept = found.status !== "removed";
  const iteration = kept ? (await daysOf(space.uid, found.status))(found) : found;
  return { iteration, etag };
}

/** Change an iteration, if it is still the one with this tag. Throws ApiError, with 412 if not. */
export async function change(
  space: Space,
  id: string,
  body: Partial<Fields>,
  etag: string | undefined,
  unwanted?: AbortSignal,
): Promise<void> {
  const params = { path: { space_uid: space.uid, id } };
  const match = etag === undefined ? {} : { "if-match": etag };
  const at = "/spaces/{space_uid}/iterations/{id}";
  await space.once(
    (headers) => api.PATCH(at, { params, body: body as never, headers: { ...headers, ...match } }),
    unwanted,
  );
}

/**
 * Start, close or delete an iteration, its cards going to `target` or the backlog; with `dry` only
 * what would be. Throws ApiError.
 */
export async function take(
  space: Space,
  id: string,
  step: Step,
  target: string | undefined,
  dry: boolean,
  unwanted?: AbortSignal,
): Promise<Iteration> {
  const params = { path: { space_uid: space.uid, id }, query: { dry_run: dry } };
  const to = target === undefined ? {} : { new_iteration_id: target };
  const status = step === "start" ? "active" : "closed";
  const at = "/spaces/{space_uid}/iterations/{id}";
  // What was moved before is in it, or is not.
  await space.settled;
  return space.once(
    (headers) =>
      step === "delete"
        ? api.DELETE(at, { params, body: to, headers })
        : api.PATCH(at, { params, body: { status, ...to } as never, headers }),
    unwanted,
  );
}
