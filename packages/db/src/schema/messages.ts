import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
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
import type { SegmentRule } from "./audiences.ts";
import {
  bytes,
  createdAt,
  memberId,
  messageId,
  moment,
  policyVersionId,
  sourceId,
  templateVersionId,
  tenantId,
  updatedAt,
} from "./columns.ts";
import { messageCategory, type Renderings, type Tracking } from "./content.ts";

export const messageState = pgEnum("message_state", [
  "pending_approval",
  "rejected",
  "scheduled",
  "expanding",
  "sending",
  "paused",
  "completed",
  "cancelled",
  "expired",
]);

/** Deliveries a second, or all of them spread over so many minutes. */
export type Rate = { perSecond: number } | { overMinutes: number };

/** Of a message: whom of its audience it leaves out, and when; what is not given is as the tenant has it. */
export interface SendingOptions {
  /** What quiet hours do to it. */
  quietHours?: "defer" | "drop" | "ignore";
  /** Leaves out who was sent the same within so many seconds. */
  deduplicateSeconds?: number;
  /** Only who is on this list; its row key, as the expansion looks it up. */
  allowListId?: string;
  /** Not who is on this list; its row key. */
  denyListId?: string;
}

/** Whom a message is for; exactly one kind. What names things that may change keeps what they were called. */
export type Audience =
  | { kind: "all" }
  | { kind: "users"; userIds: string[] }
  | TagAudience
  | { kind: "addresses"; addresses: CustomAddress[] }
  | { kind: "departments"; departments: { id: string; name: string }[]; includeChildren: boolean }
  /** The rule is the one that the segment had when the message was accepted. */
  | { kind: "segment"; segmentId: string; name: string; rule: SegmentRule }
  | FileAudience
  /** Whom deliveries of an earlier message were for, each by its own channel; `resends` has them. */
  | { kind: "deliveries"; messageId: string; deliveryCount: number; recipientCount: number };

/** Tags by the names they had. */
export interface TagAudience {
  kind: "tags";
  any: string[];
  all: string[];
  not: string[];
  /**
   * Which tags had those names when it was accepted, by row key; what was sent before this was kept has none. A name
   * that is not among them is looked up when the message begins.
   */
  pinned?: { key: string; name: string }[];
}

/** The rows of an uploaded file, with the variables that its columns give values for. */
export interface FileAudience {
  kind: "file";
  fileId: string;
  name: string;
  recipients: "addresses" | "users";
  channelKind: string | null;
  columns: string[];
  rowCount: number;
}

export interface CustomAddress {
  address: string;
  variables?: Record<string, string | number>;
}

/**
 * What a source or a member submitted, once. Hot: written by the grouped accept statement, so it carries no
 * foreign keys; the statement itself reads what it refers to under the tenant's fence.
 */
export const messages = pgTable(
  "messages",
  {
    tenantId: tenantId(),
    id: messageId("id").notNull(),
    /** Null when a member composed it. */
    sourceId: sourceId("source_id"),
    authorId: memberId("author_id"),
    state: messageState("state").notNull(),
    /** Whether it had to be approved before anything was sent. */
    needsApproval: boolean("needs_approval").notNull(),
    /** Sent to try a channel: the tenant's statistics leave it out. */
    isTest: boolean("is_test").notNull().default(false),
    /** What lists show: the template's name or the beginning of the content. */
    title: text("title").notNull(),
    priority: smallint("priority").notNull(),
    category: messageCategory("category").notNull().default("service"),
    audience: jsonb("audience").$type<Audience>().notNull(),
    templateVersionId: templateVersionId("template_version_id"),
    /** The content when no template is used. */
    renderings: jsonb("renderings").$type<Renderings>(),
    /** What is tracked in it; null with a template, which says so itself, or when nothing is. */
    tracking: jsonb("tracking").$type<Tracking>(),
    variables: jsonb("variables").$type<Record<string, string | number>>().notNull(),
    /** Channels of the first step. */
    channelIds: uuid("channel_ids").array().notNull(),
    policyVersionId: policyVersionId("policy_version_id"),
    /** SHA-256 over audience, content and route; approvals bind to it. */
    contentHash: bytes("content_hash").notNull(),
    /** When it is to begin; null: as soon as possible. */
    scheduledAt: moment("scheduled_at"),
    /** The IANA zone that the schedule was given in. */
    timeZone: text("time_zone"),
    ttlSeconds: integer("ttl_seconds"),
    options: jsonb("options").$type<SendingOptions>().notNull().default({}),
    /** How fast it goes out at most, as it was asked for; null: as fast as it can. */
    rate: jsonb("rate").$type<Rate>(),
    /** What that comes to; null where it is still to be worked out from the audience. */
    ratePerSecond: doublePrecision("rate_per_second"),
    /** What has not been sent by then never is. */
    expiresAt: moment("expires_at"),
    /**
     * When something is to be done about it at the latest: it begins, or its time runs out. Infinity once it was ended
     * and its flows are still to be.
     */
    wakeAt: moment("wake_at"),
    /** What a paused message was, and will be again. */
    pausedFrom: messageState("paused_from"),
    /** The last user that the expander has covered; the nil UUID at the start. */
    expandCursor: uuid("expand_cursor").notNull().default("00000000-0000-0000-0000-000000000000"),
    /** Its deliveries can be made together with those of others: it waits neither for who says the same nor for its rate. */
    isNamed: boolean("is_named")
      .notNull()
      .generatedAlwaysAs(
        sql`audience ->> 'kind' in ('users', 'addresses') and not options ? 'deduplicateSeconds' and (rate is null or rate_per_second is not null)`,
      ),
    /** How often in a row making its deliveries has failed. */
    expandFailureCount: smallint("expand_failure_count").notNull().default(0),
    /** When that is tried again at the earliest; null while it has not failed. */
    expandAgainAt: moment("expand_again_at"),
    /** For how many users it has been cancelled by name. Deliveries that are made while it changes are made anew. */
    cancelledUserCount: integer("cancelled_user_count").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    completedAt: moment("completed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index().on(table.tenantId, table.sourceId, table.id),
    index().on(table.tenantId, table.templateVersionId).where(sql`template_version_id is not null`),
    index("messages_waking").on(table.wakeAt).where(sql`wake_at is not null`),
    index("messages_with_lists")
      .on(table.tenantId, table.id)
      .where(sql`options ?| array['allowListId', 'denyListId']`),
    // Whose deliveries are to be made: what is made together, what is made slice by slice and what fails stand in an index
    // each. However much it is of one kind, nothing has to step over it to find another.
    index("messages_named")
      .on(table.tenantId, table.priority, table.id)
      .where(sql`state = 'expanding' and expand_failure_count = 0 and is_named`),
    index("messages_sliced")
      .on(table.tenantId, table.id)
      .where(sql`state = 'expanding' and expand_failure_count = 0 and not is_named`),
    index("messages_failing")
      .on(table.expandAgainAt, table.id)
      .where(sql`state = 'expanding' and expand_failure_count > 0`),
    index("messages_tests").on(table.tenantId, table.id).where(sql`is_test`),
    index("messages_unfinished").on(table.id).where(sql`state = 'sending'`),
  ],
);

/** A caller's `Idempotency-Key`, so that a repeated request finds the message it made. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    tenantId: tenantId(),
    /** Public id of the source or member that sent the key. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    requestHash: bytes("request_hash").notNull(),
    messageId: messageId("message_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.scope, table.key] }),
    // Keys are written in the order of time: this index costs next to nothing, and finds the old ones all the same.
    index("idempotency_keys_by_age").using("brin", table.createdAt),
  ],
);

export const flowState = pgEnum("flow_state", ["waiting", "satisfied", "exhausted"]);

/** One user of one message that has a policy with further steps. */
export const flows = pgTable(
  "flows",
  {
    tenantId: tenantId(),
    messageId: messageId("message_id").notNull(),
    userId: uuid("user_id").notNull(),
    /** Index of the step that was sent last. */
    step: smallint("step").notNull().default(0),
    state: flowState("state").notNull().default("waiting"),
    /** When it is judged next; null while nothing is known to wait for. News of an ended flow set it too. */
    wakeAt: moment("wake_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.messageId, table.userId] }),
    index("flows_due").on(table.wakeAt).where(sql`wake_at is not null`),
  ],
);

/** How much of a paced message's or channel's rate is used up. */
export const pacers = pgTable(
  "pacers",
  {
    tenantId: tenantId(),
    /** Of a message or a channel. */
    subjectId: uuid("subject_id").notNull(),
    /** When everything that was let through would be through at the rate; milliseconds of Unix time. */
    usedUntilMs: doublePrecision("used_until_ms").notNull(),
    /** When everything that was put off would be through too; milliseconds of Unix time. */
    queuedUntilMs: doublePrecision("queued_until_ms").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.subjectId] })],
);
