import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytes, channelId, createdAt, moment, tenantId, updatedAt } from "./columns.ts";
import { tenants } from "./tenancy.ts";

export const channelState = pgEnum("channel_state", ["on", "off"]);
export const channelHealth = pgEnum("channel_health", ["unverified", "healthy", "failing"]);

/** A tenant's configured way out: a plugin with settings, secrets and limits. */
export const channels = pgTable(
  "channels",
  {
    tenantId: tenantId(),
    id: channelId("id").notNull(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    /** The channel kind, declared by the plugin. */
    kind: text("kind").notNull(),
    pluginId: text("plugin_id").notNull(),
    settings: jsonb("settings").$type<Record<string, string | number | boolean>>().notNull(),
    /** Rises with every change of settings or secrets, so that open connections are renewed. */
    revision: integer("revision").notNull().default(1),
    state: channelState("state").notNull().default("on"),
    /** Deliveries a second at most, of all messages together; null: no limit. */
    ratePerSecond: integer("rate_per_second"),
    /** What one of the plugin's units costs, in ten-thousandths of the currency; null: nobody has said. */
    unitPrice: integer("unit_price"),
    /** ISO 4217, with a price. */
    currency: text("currency"),
    health: channelHealth("health").notNull().default("unverified"),
    healthCode: text("health_code"),
    healthDetail: text("health_detail"),
    healthAt: moment("health_at"),
    /** When the vendor last said what became of something, to the second; null until it has. */
    lastReceiptAt: moment("last_receipt_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.code),
    unique().on(table.tenantId, table.name),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    check("channels_price", sql`(${table.unitPrice} is null) = (${table.currency} is null)`),
    // A vendor's push names the channel before the tenant is known.
    index().on(table.id),
  ],
);

/** What kind channels were that have been deleted: what was sent through them goes on counting for caps of their kind. */
export const deletedChannels = pgTable(
  "deleted_channels",
  {
    tenantId: tenantId(),
    id: channelId("id").notNull(),
    kind: text("kind").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
  ],
);

export const circuitState = pgEnum("circuit_state", ["closed", "open", "half_open"]);

/**
 * Whether a channel is sent through at the moment. A channel without a row is closed: it works. The dispatcher claims
 * nothing for an open one, and a single chunk as its probe when `next_probe_at` has come.
 */
export const channelCircuits = pgTable(
  "channel_circuits",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    state: circuitState("state").notNull(),
    /** When the circuit opened, or closed again. */
    since: moment("since").notNull().defaultNow(),
    /** What opened it: refused settings, calls that came to nothing, or the vendor's own wish for a pause. */
    cause: text("cause").$type<"refused" | "unreachable" | "throttled">(),
    /** The vendor's code or ours, and its sentence. */
    reason: text("reason"),
    detail: text("detail"),
    /** Not before then. */
    nextProbeAt: moment("next_probe_at"),
    /** The chunk that is the probe. */
    probeChunkId: bigint("probe_chunk_id", { mode: "bigint" }),
    /** Probes in a row that failed: each doubles the pause. */
    failedProbeCount: integer("failed_probe_count").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);

/** A channel's secret settings, encrypted with the tenant's data key; the API role may write, never read them. */
export const channelSecrets = pgTable(
  "channel_secrets",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    field: text("field").notNull(),
    ciphertext: bytes("ciphertext").notNull(),
    keyVersion: integer("key_version").notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.field] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);

/**
 * Access tokens that vendors gave for channels' secrets, sealed like those; one for each revision, so that a token never
 * outlives the secrets it came from. The API role sees nothing of it.
 */
export const accessTokens = pgTable(
  "access_tokens",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    revision: integer("revision").notNull(),
    /** The auth scheme's name in the manifest. */
    scheme: text("scheme").notNull(),
    /** Rises with every token, so that a refused one is told from its successor. */
    version: integer("version").notNull(),
    /** Null until the first token is kept, as are the three below it. */
    ciphertext: bytes("ciphertext"),
    keyVersion: integer("key_version"),
    renewAt: moment("renew_at"),
    expiresAt: moment("expires_at"),
    /** Who fetches the next one, until when. */
    leaseToken: uuid("lease_token"),
    leaseUntil: moment("lease_until"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.revision, table.scheme] }),
    foreignKey({
      columns: [table.tenantId, table.channelId],
      foreignColumns: [channels.tenantId, channels.id],
    }).onDelete("cascade"),
  ],
);
