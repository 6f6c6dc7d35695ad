import { foreignKey, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { channels } from "./channels.ts";
import { channelId, moment, tenantId } from "./columns.ts";

/** How far a channel's reports have been fetched from where its vendor leaves them. No row: never tried. */
export const collections = pgTable(
  "collections",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    /** When it is visited again; while somebody visits, when he is taken for dead. */
    nextAt: moment("next_at").notNull(),
    /** Where to go on, in the plugin's words; null before the first visit. */
    cursor: text("cursor"),
    /** When the last visit ended; null before the first. */
    visitedAt: moment("visited_at"),
    /** Why nothing could be fetched then: the plugin's code or one of ours, and a sentence; null when it could. */
    code: text("code"),
    detail: text("detail"),
    /** The settings that the cursor belongs to: others may lead to another place. */
    revision: integer("revision").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);
