import { foreignKey, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { channels } from "./channels.ts";
import { channelId, moment, tenantId } from "./columns.ts";

/** How the last attempt to read a channel's signatures and templates at its vendor ended. No row: never tried. */
export const vendorTemplateSyncs = pgTable(
  "vendor_template_syncs",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    /** Of the list that is kept; null until one was read. */
    syncedAt: moment("synced_at"),
    /** When it is read again by itself; while somebody reads, when he is taken for dead. */
    nextAt: moment("next_at").notNull(),
    /** Why the last attempt failed: the vendor's code or one of ours, and a sentence; null when it did not. */
    code: text("code"),
    detail: text("detail"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);

/** The signatures and templates that a channel's vendor keeps, as they were when they were last read. */
export const vendorTemplates = pgTable(
  "vendor_templates",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    kind: text("kind").$type<"signature" | "template">().notNull(),
    /** What messages name it by. */
    code: text("code").notNull(),
    name: text("name").notNull(),
    /** The vendor's wording. */
    text: text("text"),
    state: text("state").$type<"pending" | "approved" | "rejected">().notNull(),
    /** Why it was refused, in the vendor's words. */
    reason: text("reason"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.kind, table.code] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);
