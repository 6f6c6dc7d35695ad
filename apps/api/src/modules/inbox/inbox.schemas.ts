import { fields, z } from "../../platform/http/index.ts";
import type { EntryRow } from "./entry.repository.ts";
import { ENTRY_FILTERS } from "./entry.rules.ts";
import type { Snapshot } from "./snapshot.repository.ts";

/** Tokens live for a day at most: whoever has one reads the inbox without a further question. */
const MAX_TOKEN_SECONDS = 86_400;

export const CreateInboxTokenBody = z
  .object({
    userId: fields.line(64).openapi({ description: "The tenant's own id of the user.", example: "2024001" }),
    channel: fields.code.optional().openapi({
      description: "The code of the channel; not needed where the source may use only one with inboxes.",
      example: "school-inbox",
    }),
    expiresInSeconds: z.int().min(60).max(MAX_TOKEN_SECONDS).default(3_600),
  })
  .strict();

export const InboxTokenAnswer = z
  .object({
    token: z.string().openapi({ example: "tdi_…" }),
    expiresAt: fields.moment,
  })
  .openapi("InboxToken");

export const EntryParam = z.object({ entryId: fields.deliveryId });

export const EntryQuery = fields.pageQuery.extend({
  filter: z.enum(ENTRY_FILTERS).default("all"),
});

export const InboxEntry = z
  .object({
    id: fields.deliveryId,
    title: z.string(),
    body: z.string().openapi({ description: "Plain text; show it as text, never as markup." }),
    link: z.string().nullable().openapi({ description: "An http or https URL, or a path of your site." }),
    mustConfirm: z.boolean(),
    createdAt: fields.moment,
    readAt: fields.moment.nullable(),
    confirmedAt: fields.moment.nullable(),
  })
  .openapi("InboxEntry");

export const InboxEntryPage = fields.pageOf(InboxEntry).openapi("InboxEntryPage");

const counts = { unreadCount: z.int(), toConfirmCount: z.int() };

export const InboxCountsAnswer = z.object(counts).openapi("InboxCounts");

export const InboxReadings = z.object({ readCount: z.int(), ...counts }).openapi("InboxReadings");

export const InboxSnapshot = z
  .object({
    ...counts,
    entries: z.array(InboxEntry).openapi({ description: "The newest ten, newest first." }),
  })
  .openapi("InboxSnapshot");

export function toInboxEntry(row: EntryRow): z.infer<typeof InboxEntry> {
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    link: row.link,
    mustConfirm: row.mustConfirm,
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
  };
}

export const toInboxSnapshot = ({
  unreadCount,
  toConfirmCount,
  entries,
}: Snapshot): z.infer<typeof InboxSnapshot> => ({
  unreadCount,
  toConfirmCount,
  entries: entries.map(toInboxEntry),
});
