import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { channelId, createdAt, messageId, moment, tenantId } from "./columns.ts";

/** The states that a delivery's row takes; `deliveries/delivery.rules.ts` says how it moves between them. */
export const deliveryState = pgEnum("delivery_state", [
  "ready",
  "accepted",
  "delivered",
  "undelivered",
  "failed",
  "unknown",
  "suppressed",
  "cancelled",
  "expired",
  "recalled",
]);

/**
 * Why an address was chosen: the scope of the identity, `custom` for an address typed in, or `user` where every user has
 * one under their own id.
 */
export const addressOrigin = pgEnum("address_origin", ["all", "source", "channel", "custom", "user"]);

/**
 * Message × user × step × channel, followed to its end. Range-partitioned by id; ids rise with time, so a month
 * is dropped whole. No index holds a column that changes and half of every page is free, so each change of
 * state is a heap-only update. See migration 0001 for the partitions and the id sequence.
 */
export const deliveries = pgTable(
  "deliveries",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey(),
    tenantId: tenantId(),
    messageId: messageId("message_id").notNull(),
    channelId: channelId("channel_id").notNull(),
    /** Null with a custom address. */
    userId: uuid("user_id"),
    step: smallint("step").notNull(),
    attemptCount: smallint("attempt_count").notNull().default(0),
    state: deliveryState("state").notNull(),
    addressOrigin: addressOrigin("address_origin"),
    createdAt: createdAt(),
    changedAt: moment("changed_at").notNull().defaultNow(),
    /** Until when quiet hours have kept it back; null when they have not. */
    deferredUntil: moment("deferred_until"),
    /** Until when the vendor's limits for its recipient have kept it back; null when they have not. */
    limitedUntil: moment("limited_until"),
    acceptedAt: moment("accepted_at"),
    deliveredAt: moment("delivered_at"),
    readAt: moment("read_at"),
    clickedAt: moment("clicked_at"),
    /** When it was known that an earlier step had arrived after all: it had left already, and was wasted. */
    wastedAt: moment("wasted_at"),
    address: text("address"),
    /** Why it left the straight path: a reason code, or the vendor's code. */
    reason: text("reason"),
    reasonDetail: text("reason_detail"),
    /** Variables of this row, with custom addresses. */
    variables: jsonb("variables").$type<Record<string, string | number>>(),
    /** What the vendor bills for it, or would if it took it (`unknown`); null where the channel had no price. */
    unitCount: smallint("unit_count"),
    /** The units at the price of that moment, in ten-thousandths of the currency. */
    cost: integer("cost"),
    currency: text("currency"),
  },
  (table) => [index("deliveries_of_user").on(table.tenantId, table.userId).where(sql`user_id is not null`)],
);

/**
 * A delivery is `sending` while an attempt over it is open, so a chunk needs no such state per row:
 * `ready` → `queued` (claimed, a hint is out) → `sending` (a worker holds the lease) → `done`.
 */
export const chunkState = pgEnum("chunk_state", ["ready", "queued", "sending", "done"]);

/** A contiguous id range of at most 2,000 deliveries of one message, step and channel: the unit of work. */
export const chunks = pgTable(
  "chunks",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    tenantId: tenantId(),
    messageId: messageId("message_id").notNull(),
    channelId: channelId("channel_id").notNull(),
    step: smallint("step").notNull(),
    priority: smallint("priority").notNull(),
    state: chunkState("state").notNull().default("ready"),
    firstId: bigint("first_id", { mode: "bigint" }).notNull(),
    lastId: bigint("last_id", { mode: "bigint" }).notNull(),
    deliveryCount: integer("delivery_count").notNull(),
    /** The last delivery that this round has been through, where a worker gave the chunk back before its end. */
    roundCursor: bigint("round_cursor", { mode: "bigint" }),
    /** How often the chunk was taken up again because rows were left over. */
    roundCount: integer("round_count").notNull().default(0),
    dueAt: moment("due_at").notNull().defaultNow(),
    leaseUntil: moment("lease_until"),
    /** Changes with every claim; a worker that lost its lease no longer matches. */
    leaseToken: uuid("lease_token"),
    createdAt: createdAt(),
  },
  (table) => [
    // By lane, so that the claim steps from tenant to tenant and channel to channel, however long one lane is.
    index("chunks_waiting")
      .on(table.priority, table.tenantId, table.channelId, table.dueAt, table.id)
      .where(sql`state = 'ready'`),
    index("chunks_leased").on(table.leaseUntil).where(sql`state in ('queued', 'sending')`),
    index("chunks_of_message").on(table.tenantId, table.messageId, table.step),
    index("chunks_by_range").on(table.tenantId, table.firstId),
  ],
);

/** Deliveries that were sent again, and the later message that does it. */
export const resends = pgTable(
  "resends",
  {
    tenantId: tenantId(),
    /** The later message. */
    messageId: messageId("message_id").notNull(),
    /** The earlier delivery. */
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.messageId, table.deliveryId] }),
    index("resends_of_delivery").on(table.tenantId, table.deliveryId),
  ],
);

/** Users for whom a message was cancelled: nothing further of it is sent to them, made by then or not. */
export const cancelledUsers = pgTable(
  "cancelled_users",
  {
    tenantId: tenantId(),
    messageId: messageId("message_id").notNull(),
    userId: uuid("user_id").notNull(),
    /** The user's flow is still to be ended, or what was under way when it was cancelled. */
    isUnfinished: boolean("is_unfinished").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.messageId, table.userId] }),
    index("cancelled_users_unfinished").on(table.tenantId, table.messageId).where(sql`is_unfinished`),
  ],
);

/**
 * What a batch that the vendor gets in one go has of one chunk. Written before the call: the intent. Small chunks of one
 * channel share a batch.
 */
export const attempts = pgTable(
  "attempts",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    tenantId: tenantId(),
    chunkId: bigint("chunk_id", { mode: "bigint" }).notNull(),
    /** The batch, by which the vendor may refer to it. From the sequence of the ids. */
    batchId: bigint("batch_id", { mode: "bigint" }).notNull(),
    channelId: channelId("channel_id").notNull(),
    firstId: bigint("first_id", { mode: "bigint" }).notNull(),
    lastId: bigint("last_id", { mode: "bigint" }).notNull(),
    deliveryCount: integer("delivery_count").notNull(),
    leaseToken: uuid("lease_token").notNull(),
    startedAt: moment("started_at").notNull().defaultNow(),
    /** Null while nobody knows how it ended. */
    endedAt: moment("ended_at"),
    /** Results by status, or `{"abandoned": n}` when the worker died. */
    outcome: jsonb("outcome").$type<Record<string, number>>(),
    /** Those of its deliveries that the vendor may have taken, where it is not all of them. */
    doubtfulIds: bigint("doubtful_ids", { mode: "bigint" }).array(),
    /** The vendor's ids of the calls, when it gives them per call. */
    vendorIds: text("vendor_ids").array(),
  },
  (table) => [
    index("attempts_of_chunk").on(table.tenantId, table.chunkId),
    index("attempts_of_batch").on(table.tenantId, table.batchId),
    index("attempts_open").on(table.chunkId).where(sql`ended_at is null`),
  ],
);

/**
 * How many messages an attempt handed over for an address, where the vendor limits what a recipient gets; written with
 * the attempt, and kept while it counts. Addresses are hashed without regard to case: those that differ in nothing else
 * share their room.
 */
export const handovers = pgTable(
  "handovers",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    addressHash: bigint("address_hash", { mode: "bigint" }).notNull(),
    attemptId: bigint("attempt_id", { mode: "bigint" }).notNull(),
    messageCount: smallint("message_count").notNull(),
    /** After this it counts for no limit any more. */
    keptUntil: moment("kept_until").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.addressHash, table.attemptId] }),
    index("handovers_oldest").on(table.keptUntil),
  ],
);

/** What the vendor is asked: whether it ever got them (`outcome`), or what became of them (`receipt`). */
export const inquiryKind = pgEnum("inquiry_kind", ["outcome", "receipt"]);

/**
 * What the vendor still has to be asked about an attempt. It is about the deliveries of the attempt's range that took
 * their state when it was opened: `changed_at` equals `opened_at`. Deleted when nothing is left to ask.
 */
export const inquiries = pgTable(
  "inquiries",
  {
    tenantId: tenantId(),
    attemptId: bigint("attempt_id", { mode: "bigint" }).notNull(),
    kind: inquiryKind("kind").notNull(),
    messageId: messageId("message_id").notNull(),
    channelId: channelId("channel_id").notNull(),
    firstId: bigint("first_id", { mode: "bigint" }).notNull(),
    lastId: bigint("last_id", { mode: "bigint" }).notNull(),
    openedAt: moment("opened_at").notNull().defaultNow(),
    /** When to ask next; while somebody asks, when he is taken for dead. */
    askAt: moment("ask_at").notNull(),
    /** After this the vendor knows nothing any more. */
    endsAt: moment("ends_at").notNull(),
    /** The last delivery asked about in this round; null at its beginning. */
    cursor: bigint("cursor", { mode: "bigint" }),
    /** How often the whole range was asked about. */
    roundCount: integer("round_count").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.attemptId, table.kind] }),
    index("inquiries_due").on(table.askAt),
    index("inquiries_of_channel").on(table.tenantId, table.channelId, table.askAt),
    index("inquiries_of_message").on(table.tenantId, table.messageId),
  ],
);

/** The vendor's later word, kept as it came. `applied_at` stays null until its delivery is found. */
export const receipts = pgTable(
  "receipts",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    /** The vendor's id of the event: a repeat changes nothing. */
    eventId: text("event_id").notNull(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }),
    /** `accepted` and `not_found` are answers to our questions; the others are pushed or asked for. */
    type: text("type")
      .$type<"delivered" | "undelivered" | "read" | "clicked" | "accepted" | "not_found">()
      .notNull(),
    code: text("code"),
    detail: text("detail"),
    /** What names the delivery: ref, batch, vendor id, address. Empty where it was found at once. */
    target: jsonb("target").$type<Record<string, string>>().notNull(),
    happenedAt: moment("happened_at").notNull(),
    receivedAt: moment("received_at").notNull().defaultNow(),
    appliedAt: moment("applied_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.eventId] }),
    index("receipts_waiting").on(table.tenantId, table.receivedAt).where(sql`applied_at is null`),
    // Without the tenant, or it would look like the shortest way to a tenant's events.
    index("receipts_of_delivery").on(table.deliveryId),
  ],
);

/** The vendor's ids of single messages, append-only, for vendors that cannot echo ours. */
export const vendorReferences = pgTable(
  "vendor_references",
  {
    tenantId: tenantId(),
    channelId: channelId("channel_id").notNull(),
    vendorId: text("vendor_id").notNull(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.channelId, table.vendorId, table.deliveryId] }),
    // From a delivery to its vendor's id, which is asked for rarely: rows are appended in the order of their ids.
    index("vendor_references_by_delivery").using("brin", table.deliveryId).with({ autosummarize: true }),
  ],
);
