import { foreignKey, index, pgEnum, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { channels } from "./channels.ts";
import { apiKeyId, bytes, channelId, createdAt, moment, sourceId, tenantId, updatedAt } from "./columns.ts";
import { tenants } from "./tenancy.ts";

export const switchState = pgEnum("switch_state", ["on", "off"]);

/** A business system that asks for messages. */
export const sources = pgTable(
  "sources",
  {
    tenantId: tenantId(),
    id: sourceId("id").notNull(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    state: switchState("state").notNull().default("on"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.code),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

/** A source's API key: only the SHA-256 is kept, the key itself is shown once. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenantId: tenantId(),
    id: apiKeyId("id").notNull(),
    sourceId: sourceId("source_id").notNull(),
    keyHash: bytes("key_hash").notNull().unique(),
    /** The last four characters, to tell keys apart. */
    lastFour: text("last_four").notNull(),
    createdAt: createdAt(),
    /** With rotation, when the old key stops working. */
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
    usedAt: moment("used_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      columns: [table.tenantId, table.sourceId],
      foreignColumns: [sources.tenantId, sources.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.sourceId),
  ],
);

/** Permission of a source to use a channel. */
export const channelGrants = pgTable(
  "channel_grants",
  {
    tenantId: tenantId(),
    sourceId: sourceId("source_id").notNull(),
    channelId: channelId("channel_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sourceId, table.channelId] }),
    foreignKey({
      columns: [table.tenantId, table.sourceId],
      foreignColumns: [sources.tenantId, sources.id],
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
    index().on(table.tenantId, table.channelId),
  ],
);
