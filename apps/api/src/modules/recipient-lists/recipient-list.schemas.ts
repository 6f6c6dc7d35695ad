import type { FieldProblem } from "../../platform/errors.ts";
import { fields, invalidRequest, z } from "../../platform/http/index.ts";
import { maskRecipient, misnamed, RecipientFields, type RecipientRef } from "../suppressions/index.ts";
import type { EntryRow } from "./entry.repository.ts";
import type { RecipientListRow } from "./recipient-list.repository.ts";

/** Entries that one call may add or take off. */
const MAX_BULK = 1000;

export const RecipientListBody = z
  .strictObject({ name: fields.line(50), note: fields.line(200).optional() })
  .openapi("SaveRecipientList");

export const RecipientListParam = z.object({ listId: fields.id("recipientList") });

export const RecipientList = z
  .object({
    id: fields.id("recipientList"),
    name: z.string(),
    note: z.string().nullable(),
    entryCount: z.int(),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("RecipientList");

export const RecipientListPage = fields.pageOf(RecipientList).openapi("RecipientListPage");

const { userId, kind, address } = RecipientFields;

/** The items are checked one by one, so that a wrong one fails alone. */
export const RecipientEntry = z
  .strictObject({ userId, kind, address })
  .superRefine((entry, ctx) => {
    const fault = misnamed(entry);
    if (fault) ctx.addIssue({ code: "custom", path: [fault.path], message: fault.message });
    if (entry.userId !== undefined && entry.kind !== undefined) {
      ctx.addIssue({ code: "custom", path: ["kind"], message: "A user is on a list with all kinds." });
    }
  })
  .openapi("RecipientEntry");

export const AddEntriesBody = z
  .strictObject({
    entries: z
      .array(z.unknown().openapi({ allOf: [{ $ref: "#/components/schemas/RecipientEntry" }] }))
      .min(1)
      .max(MAX_BULK),
  })
  .openapi("AddRecipientListEntries");

export const AddedEntries = z
  .object({
    addedCount: z.int(),
    knownCount: z.int().openapi({ description: "They were on the list already." }),
    failed: z.array(
      z.object({
        index: z.int(),
        errors: z.array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() })),
      }),
    ),
  })
  .openapi("AddedRecipientListEntries");

const entryId = z.string().regex(/^\d{1,18}$/, "Not an id of an entry.");

export const RemoveEntriesBody = z
  .strictObject({
    entries: z
      .array(z.strictObject({ id: entryId.optional(), userId, kind, address }))
      .min(1)
      .max(MAX_BULK)
      .openapi({ description: "Each by its `id`, its `userId`, or its `kind` and `address`." }),
  })
  .openapi("RemoveRecipientListEntries");

export const RemovedEntries = z.object({ removedCount: z.int() }).openapi("RemovedRecipientListEntries");

export const EntryQuery = fields.pageQuery.extend({
  query: z.string().trim().max(500).optional().openapi({ description: "A user's id or an exact address." }),
});

export const Entry = z
  .object({
    id: entryId,
    user: z.object({ userId: z.string(), name: z.string().nullable() }).nullable(),
    kind: z.string().nullable(),
    address: z.string().nullable().openapi({ description: "Masked unless you may change users." }),
    createdAt: fields.moment,
  })
  .openapi("RecipientListEntry");

export const EntryPage = fields.pageOf(Entry).openapi("RecipientListEntryPage");

export function toRecipientList(row: RecipientListRow): z.infer<typeof RecipientList> {
  return {
    id: row.id,
    name: row.name,
    note: row.note,
    entryCount: row.entryCount,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toEntry(row: EntryRow, mayReadAddresses: boolean): z.infer<typeof Entry> {
  return {
    id: row.id,
    user: row.user,
    kind: row.kind,
    address: row.address === null || mayReadAddresses ? row.address : maskRecipient(row.address),
    createdAt: row.createdAt.toISOString(),
  };
}

/** An item of a bulk call: whom it names, or what is wrong with it. */
export function readEntry(item: unknown): RecipientRef | FieldProblem[] {
  const parsed = RecipientEntry.safeParse(item);
  return parsed.success ? parsed.data : (invalidRequest(parsed.error.issues, "json").options.errors ?? []);
}
