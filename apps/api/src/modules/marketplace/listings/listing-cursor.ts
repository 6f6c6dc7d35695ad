import { invalidField } from "../../../platform/errors.ts";
import { type PageRequest, readCursor } from "../../../platform/http/index.ts";
import { isId } from "../../../platform/ids.ts";
import type { ListingCursor } from "./listing.repository.ts";

/** Years beyond these are none to PostgreSQL. */
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]{1,12}Z$/;

/** The place of a row in a list of listings, as text. */
export const placeOf = ({ submittedAt, registryId, pluginId, version }: ListingCursor): string =>
  [submittedAt.toISOString(), registryId, pluginId, version].join(" ");

export function readListingCursor(page: PageRequest): ListingCursor | undefined {
  const place = readCursor(page, "name");
  if (place === undefined) return undefined;
  const [at = "", registryId = "", pluginId = "", version = "", ...rest] = place.split(" ");
  const submittedAt = new Date(at);
  const isMoment = MOMENT.test(at) && !Number.isNaN(submittedAt.getTime());
  if (rest.length > 0 || !isMoment || !isId("registry", registryId)) {
    throw invalidField("?cursor", "The cursor is not one that this list gave out.");
  }
  return { submittedAt, registryId, pluginId, version };
}
