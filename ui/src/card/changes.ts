// What can be done with a card: read, change and comment it, give it members and tags.
import { allPages, api, type Schemas, tagged, unwrap } from "../lib/api";
import type { Space } from "../space/space.svelte";

export type WholeCard = Schemas["OneCardAnswer"];
export type CardChange = Partial<Schemas["ChangeCard"]>;
/** A card with what tells later whether it is still so. */
export type TaggedCard = { card: WholeCard; etag: string | undefined };
const AT = "/cards/{card_id}";

/** A card as it is now, with what tells later whether it is still so. Throws ApiError. */
export async function latest(id: number): Promise<TaggedCard> {
  const { found, etag } = await tagged(api.GET(AT, { params: { path: { card_id: id } } }));
  return { card: found, etag };
}

/** Change a card, if it is still the one with this tag. Throws ApiError, with 412 if not. */
export function change(
  space: Space,
  id: number,
  body: CardChange,
  etag?: string,
  unwanted?: AbortSignal,
): Promise<WholeCard> {
  const params = { path: { card_id: id } };
  const match = etag === undefined ? {} : { "if-match": etag };
  return space.once(
    (headers) => api.PATCH(AT, { params, body: body as never, headers: { ...headers, ...match } }),
    unwanted,
  );
}

/** Give a card a member, or take one away. Throws ApiError. */
export async function setMember(
  space: Space,
  card_id: number,
  user_id: number,
  is: boolean,
): Promise<void> {
  await space.once<unknown>((headers) =>
    is
      ? api.POST("/cards/{card_id}/members", {
          params: { path: { card_id } },
          body: { user_id },
          headers,
        })
      : api.DELETE("/cards/{card_id}/members/{id}", {
          params: { path: { card_id, id: user_id } },
          headers,
        }),
  );
}

/** Give a card a tag; one that the company has not is made. Throws ApiError. */
export function addTag(space: Space, card_id: number, name: string): Promise<Schemas["TagAnswer"]> {
  const params = { path: { card_id } };
  return space.once((headers) =>
    api.POST("/cards/{card_id}/tags", { params, body: { name }, headers }),
  );
}

/** Take a tag away from a card. Throws ApiError. */
export async function removeTag(space: Space, card_id: number, tag_id: number): Promise<void> {
  const params = { path: { card_id, tag_id } };
  await space.once<unknown>((headers) =>
    api.DELETE("/cards/{card_id}/tags/{tag_id}", { params, headers }),
  );
}

/** The comments of a card, the oldest first. Throws ApiError. */
export function commentsOf(card_id: number): Promise<Schemas["CommentAnswer"][]> {
  return allPages((offset) => {
    const params = { path: { card_id }, query: { offset } };
    return unwrap(api.GET("/cards/{card_id}/comments", { params }));
  });
}

/** Say something about a card. Throws ApiError. */
export async function comment(
  space: Space,
  card_id: number,
  text: string,
  unwanted?: AbortSignal,
): Promise<void> {
  const params = { path: { card_id } };
  await space.once(
    (headers) => api.POST("/cards/{card_id}/comments", { params, body: { text }, headers }),
    unwanted,
  );
}

/** Take a comment back. Throws ApiError. */
export async function removeComment(
  space: Space,
  card_id: number,
  comment_id: number,
): Promise<void> {
  const params = { path: { card_id, comment_id } };
  await space.once<unknown>((headers) =>
    api.DELETE("/cards/{card_id}/comments/{comment_id}", { params, headers }),
  );
}

/** The iterations that a card was in, the last one first. Throws ApiError. */
export async function historyOf(card_uid: string): Promise<Schemas["HistoryAnswer"][]> {
  const params = { path: { card_uid }, query: { with_details: true } };
  const found = await unwrap(api.GET("/cards/{card_uid}/iterations-history", { params }));
  return found.toSorted((a, b) => b.created.localeCompare(a.created));
}
