import { sql } from "drizzle-orm";
import {
  boolean,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import {
  bytes,
  createdAt,
  memberId,
  messageId,
  moment,
  policyVersionId,
  seriesId,
  sourceId,
  templateVersionId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { messageCategory, type Renderings, type Tracking } from "./content.ts";
import type { Audience, Rate, SendingOptions } from "./messages.ts";
import { tenants } from "./tenancy.ts";

/** On which days something recurs, up to and with the day `until` (`2027-06-30`, in the series' zone). */
export type Repeat =
  | { kind: "daily"; until: string }
  /** 1 is Monday, 7 is Sunday. */
  | { kind: "weekly"; weekdays: number[]; until: string }
  /** The last day of a month that is shorter. */
  | { kind: "monthly"; day: number; until: string };

export const seriesState = pgEnum("series_state", [
  "pending_approval",
  "rejected",
  "active",
  "ended",
  "cancelled",
]);

/** A message that recurs. It pins what it says and the way it goes; whom it reaches is worked out each time. */
export const series = pgTable(
  "series",
  {
    tenantId: tenantId(),
    id: seriesId("id").notNull(),
    /** Null when a member composed it. */
    sourceId: sourceId("source_id"),
    authorId: memberId("author_id"),
    state: seriesState("state").notNull(),
    needsApproval: boolean("needs_approval").notNull(),
    title: text("title").notNull(),
    priority: smallint("priority").notNull(),
    category: messageCategory("category").notNull().default("service"),
    audience: jsonb("audience").$type<Audience>().notNull(),
    templateVersionId: templateVersionId("template_version_id"),
    /** The content when no template is used. */
    renderings: jsonb("renderings").$type<Renderings>(),
    /** What is tracked in it. */
    tracking: jsonb("tracking").$type<Tracking>(),
    variables: jsonb("variables").$type<Record<string, string | number>>().notNull(),
    /** Channels of the first step. */
    channelIds: uuid("channel_ids").array().notNull(),
    policyVersionId: policyVersionId("policy_version_id"),
    /** SHA-256 over audience, content, route and recurrence; approvals bind to it. */
    contentHash: bytes("content_hash").notNull(),
    ttlSeconds: integer("ttl_seconds"),
    options: jsonb("options").$type<SendingOptions>().notNull().default({}),
    rate: jsonb("rate").$type<Rate>(),
    /** From when it recurs, at this time of the day in the zone. */
    startsAt: moment("starts_at").notNull(),
    timeZone: text("time_zone").notNull(),
    repeat: jsonb("repeat").$type<Repeat>().notNull(),
    /** The day and moment of the next occurrence; null when none is left. */
    nextOn: date("next_on", { mode: "string" }),
    wakeAt: moment("wake_at"),
    /** Why it ended before its last occurrence. */
    endReason: text("end_reason"),
    /** The request that made it, so that a repeat finds it; null without an `Idempotency-Key`. */
    requestScope: text("request_scope"),
    requestKey: text("request_key"),
    requestHash: bytes("request_hash"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.requestScope, table.requestKey),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index().on(table.tenantId, table.sourceId, table.id),
    index("series_waking").on(table.wakeAt).where(sql`wake_at is not null`),
  ],
);

export const occurrenceState = pgEnum("occurrence_state", ["begun", "missed", "failed", "cancelled"]);

/** What became of a series on one day; a day that is still to come has no row. */
export const occurrences = pgTable(
  "occurrences",
  {
    tenantId: tenantId(),
    seriesId: seriesId("series_id").notNull(),
    /** The day in the series' zone. */
    onDate: date("on_date", { mode: "string" }).notNull(),
    state: occurrenceState("state").notNull(),
    /** The message that it became. */
    messageId: messageId("message_id"),
    reason: text("reason"),
    reasonDetail: text("reason_detail"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.seriesId, table.onDate] }),
    foreignKey({ columns: [table.tenantId, table.seriesId], foreignColumns: [series.tenantId, series.id] }),
    index().on(table.tenantId, table.messageId),
  ],
);
