import { schema } from "@tidings/db";
import { and, desc, eq, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { pluginBlocks, pluginListings } = schema;

export type BlockRow = typeof pluginBlocks.$inferSelect;
export type NewBlock = Pick<BlockRow, "sha256" | "pluginId" | "version" | "cause" | "reason">;

/** Undefined where the code is blocked already: the first reason stays. */
export async function insertBlock(tx: Tx, block: NewBlock): Promise<BlockRow | undefined> {
  const [row] = await tx.db.insert(pluginBlocks).values(block).onConflictDoNothing().returning();
  return row;
}

export async function findBlock(tx: Tx, sha256: string): Promise<BlockRow | undefined> {
  const [row] = await tx.db.select().from(pluginBlocks).where(eq(pluginBlocks.sha256, sha256));
  return row;
}

/** The newest blocks, a bounded number: there are few. */
export async function listBlocks(tx: Tx, limit: number): Promise<BlockRow[]> {
  return tx.db.select().from(pluginBlocks).orderBy(desc(pluginBlocks.createdAt)).limit(limit);
}

/** Undefined where there is none, or one of another cause. */
export async function deleteBlock(
  tx: Tx,
  sha256: string,
  cause?: BlockRow["cause"],
): Promise<BlockRow | undefined> {
  const [row] = await tx.db
    .delete(pluginBlocks)
    .where(and(eq(pluginBlocks.sha256, sha256), cause ? eq(pluginBlocks.cause, cause) : undefined))
    .returning();
  return row;
}

/** Whether any registry's listing calls the package malicious. */
export async function isLabelledMalicious(tx: Tx, sha256: string): Promise<boolean> {
  const rows = await tx.db
    .select({ sha256: pluginListings.sha256 })
    .from(pluginListings)
    .where(and(eq(pluginListings.sha256, sha256), sql`'malicious' = any(${pluginListings.labels})`))
    .limit(1);
  return rows.length > 0;
}
