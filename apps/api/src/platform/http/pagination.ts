import { invalidField } from "../errors.ts";
import type { Page, PageRequest } from "./fields.ts";

/** A cursor is the sort key of the last row in base64url: opaque to callers, meaningless across tenants. */
export function readCursor(request: PageRequest): string | undefined {
  if (request.cursor === undefined) return undefined;
  const key = Buffer.from(request.cursor, "base64url").toString("utf8");
  if (Buffer.from(key).toString("base64url") !== request.cursor) {
    throw invalidField("?cursor", "The cursor is not one that this list gave out.");
  }
  return key;
}

/** A page from up to `limit + 1` rows: the row too many only says that there is a next page. */
export function toPage<Row, Item>(
  rows: Row[],
  request: PageRequest,
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Page<Item> {
  const kept = rows.slice(0, request.limit);
  const last = kept.at(-1);
  const more = rows.length > request.limit && last !== undefined;
  return {
    items: kept.map(toItem),
    nextCursor: more ? Buffer.from(keyOf(last)).toString("base64url") : null,
  };
}
