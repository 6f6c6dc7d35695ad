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
} from "drizzle-orm/pg-core";
import { createdAt, messageId, moment, recallId, tenantId } from "./columns.ts";
import { tenants } from "./tenancy.ts";

export const recallState = pgEnum("recall_state", ["running", "ended"]);
export const recallOutcome = pgEnum("recall_outcome", ["recalled", "too_late", "failed"]);

/** How many deliveries of a recall ended in the same way, for the same reason. */
export interface RecallTally {
  outcome: (typeof recallOutcome.enumValues)[number];
  /** A reason code of ours, or the vendor's. */
  code: string;
  count: number;
}

/** Somebody's wish to take back what was sent of a message, followed to its end. */
export const recalls = pgTable(
  "recalls",
  {
    tenantId: tenantId(),
    id: recallId("id").notNull(),
    messageId: messageId("message_id").notNull(),
    /** The only delivery that is meant; null for the whole message. */
    deliveryId: bigint("delivery_id", { mode: "bigint" }),
    state: recallState("state").notNull().default("running"),
    /** What could be taken back when it was asked for. */
    deliveryCount: integer("delivery_count").notNull(),
    tally: jsonb("tally").$type<RecallTally[]>().notNull().default([]),
    /** The last delivery that this round has been through; null at its beginning. */
    cursor: bigint("cursor", { mode: "bigint" }),
    roundCount: integer("round_count").notNull().default(0),
    /** When it goes on; while somebody works on it, when he is taken for dead. Null when it has ended. */
    wakeAt: moment("wake_at"),
    createdAt: createdAt(),
    endedAt: moment("ended_at"),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({ columns: [table.tenantId], foreignColumns: [tenants.id] }),
    index().on(table.tenantId, table.messageId, table.id),
    index("recalls_waking").on(table.wakeAt).where(sql`wake_at is not null`),
  ],
);

/** What became of a recall for one delivery; what was not tried or not answered yet has no row. */
export const recallOutcomes = pgTable(
  "recall_outcomes",
  {
    tenantId: tenantId(),
    recallId: recallId("recall_id").notNull(),
    deliveryId: bigint("delivery_id", { mode: "bigint" }).notNull(),
    outcome: recallOutcome("outcome").notNull(),
    code: text("code"),
    detail: text("detail"),
    at: moment("at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.recallId, table.deliveryId] }),
    foreignKey({ columns: [table.tenantId, table.recallId], foreignColumns: [recalls.tenantId, recalls.id] }),
    index().on(table.tenantId, table.deliveryId),
  ],
);
