import { schema } from "@tidings/db";
import { desc, lt } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";

const { processReports } = schema;

/** What a process says of itself; everything in it is bounded by what the process is made of. */
export interface ProcessState {
  /** What is not as it should be, though everything goes on. */
  degraded: string[];
  /** Loops that only a restart brings back. */
  hung: string[];
  /** Null where the process runs none. */
  sandbox: {
    isInstalled: boolean;
    losses: { reason: string; count: number }[];
    strikes: { pluginId: string; reason: string; count: number }[];
    disabled: string[];
  } | null;
}

export type ProcessReport = Omit<typeof processReports.$inferSelect, "state"> & { state: ProcessState };

export async function saveProcessReport(tx: Tx, { id, state, ...report }: ProcessReport): Promise<void> {
  const row = { ...report, state: { ...state } };
  await tx.db
    .insert(processReports)
    .values({ id, ...row })
    .onConflictDoUpdate({ target: processReports.id, set: row });
}

/** Forgets processes that have been silent since then. */
export async function forgetProcesses(tx: Tx, before: Date): Promise<void> {
  await tx.db.delete(processReports).where(lt(processReports.reportedAt, before));
}

/** The processes that were heard of last. */
export async function listProcessReports(tx: Tx, limit: number): Promise<ProcessReport[]> {
  const rows = await tx.db
    .select()
    .from(processReports)
    .orderBy(desc(processReports.reportedAt))
    .limit(limit);
  return rows.map((row) => ({ ...row, state: row.state as unknown as ProcessState }));
}
