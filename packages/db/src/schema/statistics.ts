import { sql } from "drizzle-orm";
import { bigint, index, pgEnum, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import { moment, tenantId } from "./columns.ts";

/**
 * What is counted. A delivery counts at most once in each measure, in the hour it was created; `units` and `cost` are sums
 * of what the vendor bills, `cost` in ten-thousandths of its currency.
 */
export const statisticsMeasure = pgEnum("statistics_measure", [
  "targeted",
  "valid",
  "submitted",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "suppressed",
  "failed",
  "unknown",
  "cancelled",
  "expired",
  "recalled",
  "wasted",
  "units",
  "cost",
]);

/** Dimensions of every count; the nil UUID stands for "none" (no source, no template). */
const dimensions = () => ({
  tenantId: tenantId(),
  messageId: uuid("message_id").notNull(),
  sourceId: uuid("source_id").notNull(),
  channelId: uuid("channel_id").notNull(),
  templateId: uuid("template_id").notNull(),
  step: smallint("step").notNull(),
  hour: moment("hour").notNull(),
  measure: statisticsMeasure("measure").notNull(),
  /** Reason or vendor code of `suppressed`, `failed`, `undelivered`; the currency of `cost`; empty otherwise. */
  reason: text("reason").notNull().default(""),
});

/** Appended in the statement that changes the deliveries; compacted into the two roll-ups every second. */
export const statisticsDeltas = pgTable(
  "statistics_deltas",
  {
    ...dimensions(),
    id: bigint("id", { mode: "bigint" }).notNull().generatedAlwaysAsIdentity(),
    /** A batch may cost more than an integer holds. */
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const statisticsHourly = pgTable(
  "statistics_hourly",
  {
    tenantId: tenantId(),
    hour: moment("hour").notNull(),
    sourceId: uuid("source_id").notNull(),
    channelId: uuid("channel_id").notNull(),
    templateId: uuid("template_id").notNull(),
    step: smallint("step").notNull(),
    measure: statisticsMeasure("measure").notNull(),
    reason: text("reason").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.tenantId,
        table.hour,
        table.sourceId,
        table.channelId,
        table.templateId,
        table.step,
        table.measure,
        table.reason,
      ],
    }),
  ],
);

/** The same counts by message, for its page. */
export const messageTotals = pgTable(
  "message_totals",
  {
    tenantId: tenantId(),
    messageId: uuid("message_id").notNull(),
    channelId: uuid("channel_id").notNull(),
    step: smallint("step").notNull(),
    measure: statisticsMeasure("measure").notNull(),
    reason: text("reason").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.messageId, table.channelId, table.step, table.measure, table.reason],
    }),
    // Which messages a reason is of; most counts have none.
    index("message_totals_by_reason")
      .on(table.tenantId, table.reason, table.messageId)
      .where(sql`reason <> ''`),
  ],
);
