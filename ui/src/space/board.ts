// The board that a new space begins with.
import { api, unwrap } from "../lib/api";
import { t } from "../lib/i18n.svelte";

/** Make a board with three columns in a space, titled like it. Throws ApiError. */
export async function firstBoard(space_id: number, title: string): Promise<void> {
  const columns = [
    { title: t("board.first.todo"), type: 1 },
    { title: t("board.first.doing"), type: 2 },
    { title: t("board.first.done"), type: 3 },
  ] as const;
  const body = { title, columns: [...columns], lanes: [{ title: t("board.first.lane") }] };
  await unwrap(api.POST("/spaces/{space_id}/boards", { params: { path: { space_id } }, body }));
}
