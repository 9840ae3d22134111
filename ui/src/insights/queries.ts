// What the views ask of an iteration's insights.
import { own, ApiError, type Schemas, unwrap } from "../lib/api";

type Query = { unit: Schemas["UnitOfMeasure"] };
const NOTHING_TO_FORECAST = 400;

/** When an iteration may be done; undefined: it is closed. Throws ApiError. */
export async function forecastOf(
  space_uid: string,
  iteration_id: string,
  query?: Query,
): Promise<Schemas["ForecastAnswer"] | undefined> {
  const params = { path: { space_uid, iteration_id }, ...(query && { query }) };
  const at = "/spaces/{space_uid}/iterations/{iteration_id}/forecast";
  try {
    return await unwrap(own.GET(at, { params }));
  } catch (error) {
    // It may have been closed a moment ago.
    if (error instanceof ApiError && error.status === NOTHING_TO_FORECAST) return undefined;
    throw error;
  }
}
