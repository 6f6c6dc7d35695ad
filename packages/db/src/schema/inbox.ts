import { sql } from "drizzle-orm";
import { bigint, boolean, foreignKey, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { channelId, createdAt, messageId, moment, tenantId, userId } from "./columns.ts";
import { users } from "./people.ts";

/**
 * What lies in users' inboxes: a row for each delivery by an inbox channel, under the delivery's own key, so that a
 * repeat finds it there already. Hidden once it has expired or was recalled; deleted 30 days after it has expired, or
 * with its user.
 */
export const inboxEntries = pgTable(
  "inbox_entries",
  {
    tenantId: tenantId(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    channelId: channelId("channel_id").notNull(),
    messageId: messageId("message_id").notNull(),
    userId: userId("user_id").notNull(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    link: text("link"),
    /** The user is asked to confirm that it was read. */
    mustConfirm: boolean("must_confirm").notNull(),
    createdAt: createdAt(),
    /** From then on it is not shown. */
    expiresAt: moment("expires_at").notNull(),
    readAt: moment("read_at"),
    confirmedAt: moment("confirmed_at"),
    recalledAt: moment("recalled_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.deliveryId] }),
    foreignKey({
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete("cascade"),
    index("inbox_entries_of_user").on(
      table.tenantId,
      table.userId,
      table.channelId,
      table.createdAt,
      table.deliveryId,
    ),
    // Counting is one probe and reads only what is unread.
    index("inbox_entries_unread")
      .on(table.tenantId, table.userId, table.channelId, table.expiresAt)
      .where(sql`read_at is null and recalled_at is null`),
    index("inbox_entries_unconfirmed")
      .on(table.tenantId, table.userId, table.channelId, table.expiresAt)
      .where(sql`must_confirm and confirmed_at is null and recalled_at is null`),
    index("inbox_entries_to_confirm")
      .on(table.tenantId, table.messageId, table.deliveryId)
      .where(sql`must_confirm`),
    index("inbox_entries_expired").on(table.expiresAt),
  ],
);
