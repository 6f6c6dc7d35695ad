import { bigint, foreignKey, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { channels } from "./channels.ts";
import { channelId, moment, tenantId, updatedAt } from "./columns.ts";

/**
 * How many messages a recipient still lets a channel send about one subject, such as a template at the vendor. No row:
 * nothing is known of them, and the vendor decides.
 */
export const recipientAllowances = pgTable(
  "recipient_allowances",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    id: bigint("id", { mode: "bigint" }).notNull().generatedAlwaysAsIdentity(),
    /** As the vendor writes it: it tells addresses apart by the case of their letters. */
    address: text("address").notNull(),
    subject: text("subject").notNull(),
    remaining: integer("remaining").notNull(),
    /** When last everything granted before was gone: taken back, or used up by the vendor's word. */
    emptiedAt: moment("emptied_at"),
    knownSince: moment("known_since").notNull().defaultNow(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.id] }),
    unique("recipient_allowances_subject").on(table.tenantId, table.channelId, table.address, table.subject),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);

/** What recipients have allowed or taken back, as it was told: a repeat changes nothing, and an early word waits for none. */
export const allowanceChanges = pgTable(
  "allowance_changes",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    /** Who told it, and their id of it. */
    eventId: text("event_id").notNull(),
    address: text("address").notNull(),
    subject: text("subject").notNull(),
    /** How many more messages were allowed; null: all that was allowed before is gone. */
    granted: integer("granted"),
    happenedAt: moment("happened_at").notNull(),
    toldAt: moment("told_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.eventId] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
    index("allowance_changes_subject").on(table.tenantId, table.channelId, table.address, table.subject),
    index("allowance_changes_oldest").on(table.toldAt),
  ],
);

/** Allowances that were taken for deliveries whose outcome is not known yet, or will never be. */
export const allowanceHolds = pgTable(
  "allowance_holds",
  {
    tenantId: tenantId(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    channelId: channelId("channel_id").notNull(),
    address: text("address").notNull(),
    subject: text("subject").notNull(),
    heldAt: moment("held_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.deliveryId] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.channelId),
    index("allowance_holds_oldest").on(table.heldAt),
  ],
);
