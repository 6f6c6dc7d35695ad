import { sql } from "drizzle-orm";
import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import {
  bytes,
  callbackEndpointId,
  callbackId,
  createdAt,
  messageId,
  moment,
  sourceId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { sources } from "./sources.ts";

/** What a source can be told of its deliveries. */
export const callbackEventType = pgEnum("callback_event_type", [
  "accepted",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
  "recalled",
]);

/** `disabled`: switched off by us, since nothing got through for long. */
export const callbackEndpointState = pgEnum("callback_endpoint_state", ["on", "off", "disabled"]);

/** Where a source wants to be told what became of its deliveries. */
export const callbackEndpoints = pgTable(
  "callback_endpoints",
  {
    tenantId: tenantId(),
    id: callbackEndpointId("id").notNull(),
    sourceId: sourceId("source_id").notNull(),
    url: text("url").notNull(),
    eventTypes: callbackEventType("event_types").array().notNull(),
    state: callbackEndpointState("state").notNull().default("on"),
    /** Since when nothing has got through; null while the latest call did. */
    failingSince: moment("failing_since"),
    /** How many calls in a row have failed. */
    failureCount: integer("failure_count").notNull().default(0),
    /** While it fails: not before then. Also while somebody tries it, when he is taken for dead. */
    nextAt: moment("next_at"),
    /** Why we switched it off: `gone` (it answered 410) or `failing`; null otherwise. */
    disabledReason: text("disabled_reason").$type<"gone" | "failing">(),
    disabledAt: moment("disabled_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    unique().on(table.tenantId, table.sourceId, table.url),
    foreignKey({
      columns: [table.tenantId, table.sourceId],
      foreignColumns: [sources.tenantId, sources.id],
    }).onDelete("cascade"),
  ],
);

/**
 * What an endpoint's calls are signed with, sealed with the tenant's data key; two of them while one is rotated out. The
 * API role may write, never read them.
 */
export const callbackSecrets = pgTable(
  "callback_secrets",
  {
    tenantId: tenantId(),
    endpointId: callbackEndpointId("endpoint_id").notNull(),
    /** Counts up from 1; the highest is the current one. */
    version: integer("version").notNull(),
    ciphertext: bytes("ciphertext").notNull(),
    keyVersion: integer("key_version").notNull(),
    createdAt: createdAt(),
    /** Of one that was replaced: until when calls are signed with it as well. */
    expiresAt: moment("expires_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.endpointId, table.version] }),
    foreignKey({
      columns: [table.tenantId, table.endpointId],
      foreignColumns: [callbackEndpoints.tenantId, callbackEndpoints.id],
    }).onDelete("cascade"),
  ],
);

/**
 * What happened to a delivery, for an endpoint that wants to know; written in the transaction that it happens in, and
 * once for each kind of event, however often it is found. Hot, so without foreign keys.
 */
export const callbackEvents = pgTable(
  "callback_events",
  {
    tenantId: tenantId(),
    endpointId: callbackEndpointId("endpoint_id").notNull(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    type: callbackEventType("type").notNull(),
    messageId: messageId("message_id").notNull(),
    happenedAt: moment("happened_at").notNull(),
    recordedAt: moment("recorded_at").notNull().defaultNow(),
    /** Reason code, or the vendor's code, of what did not go well. */
    reason: text("reason"),
    /** The call that tells it; null until there is one. */
    callbackId: callbackId("callback_id"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.endpointId, table.deliveryId, table.type] }),
    index("callback_events_waiting")
      .on(table.tenantId, table.endpointId, table.recordedAt)
      .where(sql`callback_id is null`),
    index("callback_events_of_callback")
      .on(table.tenantId, table.callbackId)
      .where(sql`callback_id is not null`),
  ],
);

/** `waiting` until it got through, or was given up after a day (`dead`). */
export const callbackState = pgEnum("callback_state", ["waiting", "delivered", "dead"]);

/** One try to make a call. `status` is null where there was no answer; `error` is a code of ours then. */
export interface CallbackAttempt {
  at: string;
  durationMs: number;
  status: number | null;
  error: string | null;
}

/** A call to an endpoint: a batch of events, signed, and repeated under the same id until it gets through. */
export const callbacks = pgTable(
  "callbacks",
  {
    tenantId: tenantId(),
    id: callbackId("id").notNull(),
    endpointId: callbackEndpointId("endpoint_id").notNull(),
    state: callbackState("state").notNull().default("waiting"),
    eventCount: integer("event_count").notNull(),
    /** How often it was tried since it was made, or since it was replayed. */
    attemptCount: integer("attempt_count").notNull().default(0),
    /** The latest tries, oldest first. */
    attempts: jsonb("attempts").$type<CallbackAttempt[]>().notNull().default([]),
    /** When it is tried next; while somebody tries, when he is taken for dead. Null once it is over. */
    nextAt: moment("next_at"),
    /** After this it is given up. */
    endsAt: moment("ends_at").notNull(),
    createdAt: createdAt(),
    endedAt: moment("ended_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index("callbacks_due").on(table.nextAt).where(sql`state = 'waiting'`),
    index("callbacks_of_endpoint").on(table.tenantId, table.endpointId, table.state, table.id),
    foreignKey({
      columns: [table.tenantId, table.endpointId],
      foreignColumns: [callbackEndpoints.tenantId, callbackEndpoints.id],
    }).onDelete("cascade"),
  ],
);
