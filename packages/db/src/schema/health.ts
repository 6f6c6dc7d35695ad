import { boolean, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** What the ledger's last full round through the books has found, whichever process made it; a single row. */
export const ledgerRounds = pgTable("ledger_rounds", {
  /** Always true. */
  only: boolean("only").primaryKey().default(true),
  startedAt: moment("started_at").notNull(),
  endedAt: moment("ended_at").notNull(),
  /** How often each kind of fault was found. */
  counts: jsonb("counts").$type<Record<string, number>>().notNull(),
  /** The same by tenant, of a bounded number of tenants. */
  findings: jsonb("findings").$type<{ tenantId: string; kind: string; count: number }[]>().notNull(),
  /** Messages too large for their totals to be compared. */
  uncountedMessages: integer("uncounted_messages").notNull(),
});

/** How each process of the installation says it is; rows of processes that ended go after a day. */
export const processReports = pgTable("process_reports", {
  /** Of this run of the process. */
  id: text("id").primaryKey(),
  hostName: text("host_name").notNull(),
  pid: integer("pid").notNull(),
  role: text("role").$type<"all" | "api" | "worker">().notNull(),
  startedAt: moment("started_at").notNull(),
  reportedAt: moment("reported_at").notNull(),
  queueBackend: text("queue_backend").$type<"redis" | "postgres">().notNull(),
  state: jsonb("state").$type<Record<string, unknown>>().notNull(),
});
