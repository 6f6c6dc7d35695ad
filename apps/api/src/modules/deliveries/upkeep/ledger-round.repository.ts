import { schema } from "@tidings/db";
import { sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { ledgerRounds } = schema;

export type LedgerRoundRow = typeof ledgerRounds.$inferSelect;

/** Small books are gone through every second; nobody needs to know it that often. */
const SAME_EVERY = "10 seconds";

/** Keeps a round as the last one, unless another process has just found the very same. */
export async function saveLedgerRound(tx: Tx, round: Omit<LedgerRoundRow, "only">): Promise<void> {
  await tx.db
    .insert(ledgerRounds)
    .values({ only: true, ...round })
    .onConflictDoUpdate({
      target: ledgerRounds.only,
      set: round,
      setWhere: sql`${ledgerRounds.endedAt} < excluded.ended_at - ${SAME_EVERY}::interval
        or ${ledgerRounds.counts} <> excluded.counts`,
    });
}

export async function findLedgerRound(tx: Tx): Promise<LedgerRoundRow | undefined> {
  const [row] = await tx.db.select().from(ledgerRounds);
  return row;
}
