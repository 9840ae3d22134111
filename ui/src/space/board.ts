// The board that a new space begins with.
import { api, wanted } from "../lib/api";

/** Make a board with three columns in a space, titled like it. Throws Refused. */
export async function firstBoard(space_id: number, title: string): Promise<void> {
  const columns = [
    { title: "To do", type: 1 },
    { title: "Doing", type: 2 },
    { title: "Done", type: 3 },
  ] as const;
  const body = { title, columns: [...columns], lanes: [{ title: "Main lane" }] };
  await wanted(api.POST("/spaces/{space_id}/boards", { params: { path: { space_id } }, body }));
}
