import {
  bigint,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import {
  bytes,
  createdAt,
  memberId,
  messageId,
  moment,
  recipientListId,
  sourceId,
  suppressionId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { sources } from "./sources.ts";
import { tenants } from "./tenancy.ts";

/** How an entry came about: somebody decided it, or the recipient, the mail server, the carrier did. */
export const suppressionOrigin = pgEnum("suppression_origin", [
  "manual",
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "vendor",
]);

/** A user or an address that nothing is sent to: by one channel kind or any, for one source or all of them. */
export const suppressions = pgTable(
  "suppressions",
  {
    tenantId: tenantId(),
    id: suppressionId("id").notNull(),
    /** The tenant's own id of the user, so that the entry outlives the user; null with an address. */
    userId: text("user_id"),
    /** Null: every kind. An address always has one. */
    kind: text("kind"),
    /** As it was given; `@` and a domain stand for every address in it. */
    address: text("address"),
    /** The address as it is compared: see `address_key` in the migration. */
    addressKey: text("address_key"),
    /** Null: for the whole tenant. */
    sourceId: sourceId("source_id"),
    origin: suppressionOrigin("origin").notNull(),
    /** The vendor's code that led to it. */
    code: text("code"),
    note: text("note"),
    /** Null: until somebody takes it away. */
    expiresAt: moment("expires_at"),
    /** Who made it; neither where the platform did by itself. */
    memberId: memberId("member_id"),
    bySourceId: sourceId("by_source_id"),
    /** The delivery that led to it. */
    deliveryId: bigint("delivery_id", { mode: "bigint" }),
    createdAt: createdAt(),
    /** Since when it holds as it does; what was made before is looked through again. */
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    // Also how recipients are looked up: by the address, or by its absence and the user.
    unique("suppressions_subject")
      .on(table.tenantId, table.addressKey, table.userId, table.kind, table.sourceId)
      .nullsNotDistinct(),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    foreignKey({
      columns: [table.tenantId, table.sourceId],
      foreignColumns: [sources.tenantId, sources.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.sourceId),
    index("suppressions_newest").on(table.tenantId, table.updatedAt),
  ],
);

/** Recipients under a name, for messages that are for no others, or for all others. */
export const recipientLists = pgTable(
  "recipient_lists",
  {
    tenantId: tenantId(),
    id: recipientListId("id").notNull(),
    name: text("name").notNull(),
    note: text("note"),
    entryCount: integer("entry_count").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** A user by the tenant's own id, or an address of a channel kind. */
export const recipientListEntries = pgTable(
  "recipient_list_entries",
  {
    tenantId: tenantId(),
    listId: recipientListId("list_id").notNull(),
    id: bigint("id", { mode: "bigint" }).notNull().generatedAlwaysAsIdentity(),
    userId: text("user_id"),
    kind: text("kind"),
    address: text("address"),
    addressKey: text("address_key"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.listId, table.id] }),
    unique("recipient_list_entries_subject")
      .on(table.tenantId, table.listId, table.addressKey, table.userId, table.kind)
      .nullsNotDistinct(),
    foreignKey({
      columns: [table.tenantId, table.listId],
      foreignColumns: [recipientLists.tenantId, recipientLists.id],
    }).onDelete("cascade"),
  ],
);

/**
 * Who was sent what by messages that ask for deduplication, while one of them may look back to it. Hot where it is
 * used: no foreign keys.
 */
export const sentContents = pgTable(
  "sent_contents",
  {
    tenantId: tenantId(),
    /** SHA-256 over content, variables, channel kind and recipient. */
    fingerprint: bytes("fingerprint").notNull(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    messageId: messageId("message_id").notNull(),
    /** When it was made; once that is long ago, when it was sent. */
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fingerprint, table.deliveryId] }),
    index("sent_contents_oldest").on(table.createdAt),
  ],
);
