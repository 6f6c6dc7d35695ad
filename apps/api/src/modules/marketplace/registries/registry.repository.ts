import { schema } from "@tidings/db";
import { and, asc, eq, lt, lte, max, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";

const { pluginListings, registries } = schema;

export type RegistryRow = typeof registries.$inferSelect;
export type RegistryKind = RegistryRow["kind"];

/** Somebody else may make the same one at the same moment; a second one under the name is not made. */
export async function insertRegistry(
  tx: Tx,
  row: typeof registries.$inferInsert,
): Promise<RegistryRow | undefined> {
  const [saved] = await tx.db.insert(registries).values(row).onConflictDoNothing().returning();
  return saved;
}

export async function findRegistryOfKind(
  tx: Tx,
  kind: Exclude<RegistryKind, "remote">,
): Promise<RegistryRow | undefined> {
  const [row] = await tx.db.select().from(registries).where(eq(registries.kind, kind));
  return row;
}

export async function findRegistry(tx: Tx, registryId: string): Promise<RegistryRow | undefined> {
  const [row] = await tx.db.select().from(registries).where(eq(registries.id, registryId));
  return row;
}

/** Held: nothing more is listed of it until the transaction ends. */
export async function lockRegistry(tx: Tx, registryId: string): Promise<RegistryRow | undefined> {
  const [row] = await tx.db.select().from(registries).where(eq(registries.id, registryId)).for("update");
  return row;
}

/** Deletes a registry with its listings, which nobody here has reviewed; answers how many these were. */
export async function deleteRegistry(tx: Tx, registryId: string): Promise<number> {
  const gone = await tx.db
    .delete(pluginListings)
    .where(eq(pluginListings.registryId, registryId))
    .returning({ version: pluginListings.version });
  await tx.db.delete(registries).where(eq(registries.id, registryId));
  return gone.length;
}

export interface RegistryWithCount extends RegistryRow {
  listedCount: number;
}

/** In the order in which they are asked; there are a few. */
export async function listRegistries(tx: Tx): Promise<RegistryWithCount[]> {
  const rows = await tx.db
    .select({
      registry: registries,
      listedCount: sql<number>`(
        select count(*)::int from ${pluginListings}
        where ${pluginListings.registryId} = ${registries.id} and ${pluginListings.state} = 'listed'
      )`,
    })
    .from(registries)
    .orderBy(asc(registries.priority), asc(registries.id));
  return rows.map(({ registry, listedCount }) => ({ ...registry, listedCount }));
}

export async function nextPriority(tx: Tx): Promise<number> {
  const [row] = await tx.db.select({ highest: max(registries.priority) }).from(registries);
  return (row?.highest ?? 0) + 1;
}

export type RegistryChanges = Partial<
  Pick<RegistryRow, "name" | "priority" | "publicKeys" | "isOn" | "syncedAt" | "failure">
>;

export async function updateRegistry(
  tx: Tx,
  registryId: string,
  changes: RegistryChanges,
): Promise<RegistryRow | undefined> {
  const [row] = await tx.db.update(registries).set(changes).where(eq(registries.id, registryId)).returning();
  return row;
}

/**
 * Moves the sequence on to what an index says; false where a later one has been seen by now. What ships with the
 * installation goes back with it.
 */
export async function raiseSequence(
  tx: Tx,
  registryId: string,
  sequence: number,
  kind: RegistryKind,
): Promise<boolean> {
  const isLater = kind === "seed" ? undefined : lte(registries.sequence, sequence);
  const rows = await tx.db
    .update(registries)
    .set({ sequence })
    .where(and(eq(registries.id, registryId), isLater))
    .returning({ id: registries.id });
  return rows.length > 0;
}

/** Something about the own registry has changed: its files have to be made anew, as a later index. */
export async function bumpSequence(tx: Tx): Promise<void> {
  await tx.db
    .update(registries)
    .set({ sequence: sql`${registries.sequence} + 1` })
    .where(eq(registries.kind, "own"));
}

/** The remote registries that are on and were not asked since a moment. */
export async function listDueRegistries(tx: Tx, before: Date): Promise<RegistryRow[]> {
  return tx.db
    .select()
    .from(registries)
    .where(
      and(
        eq(registries.kind, "remote"),
        eq(registries.isOn, true),
        sql`coalesce(${lt(registries.syncedAt, before)}, true)`,
      ),
    )
    .orderBy(asc(registries.priority));
}
