import { invalidField } from "../errors.ts";
import { DELIVERY_ID_PATTERN, type IdKind, isId } from "../ids.ts";
import type { Page, PageRequest } from "./fields.ts";

/**
 * What a list is sorted by: the ids of its rows, the ids of deliveries, a moment (milliseconds since 1970) and behind it a
 * delivery's id, a running number, or a name.
 */
export type CursorKey = IdKind | "delivery" | "moment and delivery" | "number" | "name";

function isKey(kind: CursorKey, key: string): boolean {
  if (kind === "delivery") return new RegExp(DELIVERY_ID_PATTERN).test(key);
  if (kind === "moment and delivery") {
    const [moment = "", id = "", ...rest] = key.split(" ");
    return /^\d{1,14}$/.test(moment) && isKey("delivery", id) && rest.length === 0;
  }
  if (kind === "number") return /^\d{1,18}$/.test(key);
  if (kind === "name") return key !== "" && !key.includes("\0");
  return isId(kind, key);
}

/** A cursor is the sort key of the last row in base64url: opaque to callers, meaningless across tenants. */
export function readCursor(request: PageRequest, kind: CursorKey): string | undefined {
  if (request.cursor === undefined) return undefined;
  const key = Buffer.from(request.cursor, "base64url").toString("utf8");
  if (Buffer.from(key).toString("base64url") !== request.cursor || !isKey(kind, key)) {
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
