import { z } from "@hono/zod-openapi";
import { DELIVERY_ID_PATTERN, type IdKind, idPattern } from "../ids.ts";

/** A trimmed, bounded, non-empty line of text. */
export const line = (maxLength: number) => z.string().trim().min(1).max(maxLength);

/** A tenant-given code: letters, digits, `-` and `_`, unique in its list. */
export const code = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "Use letters, digits, - and _; at most 64 characters.")
  .openapi({ example: "academic-affairs" });

/** A public id of the given kind. */
export const id = (kind: IdKind) => z.string().regex(new RegExp(idPattern(kind)), `Not an id of a ${kind}.`);

export const deliveryId = z.string().regex(new RegExp(DELIVERY_ID_PATTERN), "Not an id of a delivery.");

/** A moment in UTC, ISO 8601. */
export const moment = z.iso.datetime();

export const switchState = z.enum(["on", "off"]);

/** The query of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

/** A page of a list: `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}
