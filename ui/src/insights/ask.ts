// What the views ask of an iteration's insights.
import { own, Refused, type Schemas, wanted } from "../lib/api";

type Query = { unit: Schemas["UnitOfMeasure"] };
const NOTHING_TO_FORECAST = 400;

/** When an iteration may be done; undefined: it is closed. Throws Refused. */
export async function forecastOf(
  space_uid: string,
  iteration_id: string,
  query?: Query,
): Promise<Schemas["ForecastAnswer"] | undefined> {
  const params = { path: { space_uid, iteration_id }, ...(query && { query }) };
  const at = "/spaces/{space_uid}/iterations/{iteration_id}/forecast";
  try {
    return await wanted(own.GET(at, { params }));
  } catch (error) {
    // It may have been closed a moment ago.
    if (error instanceof Refused && error.status === NOTHING_TO_FORECAST) return undefined;
    throw error;
  }
}
