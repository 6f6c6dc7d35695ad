import { schema } from "@tidings/db";
import { and, asc, eq } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import type { RegistryRow } from "./registry.repository.ts";

const { pluginListings, pluginPackages, publisherKeys, publishers, registries, registryFiles } = schema;

export type RegistryFileRow = typeof registryFiles.$inferSelect;

export async function findRegistryFile(tx: Tx, path: string): Promise<RegistryFileRow | undefined> {
  const [row] = await tx.db.select().from(registryFiles).where(eq(registryFiles.path, path));
  return row;
}

export async function lockRegistry(tx: Tx, registryId: string): Promise<RegistryRow> {
  const [row] = await tx.db.select().from(registries).where(eq(registries.id, registryId)).for("update");
  if (!row) throw new Error("a registry was deleted, which nothing does");
  return row;
}

/** Every version that a registry lists, with its archive. */
export async function listPublished(tx: Tx, registryId: string) {
  const { pluginId, version, envelope, grade, labels, listedAt } = pluginListings;
  const rows = await tx.db
    .select({ pluginId, version, envelope, grade, labels, listedAt, archive: pluginPackages.archive })
    .from(pluginListings)
    .innerJoin(pluginPackages, eq(pluginPackages.sha256, pluginListings.sha256))
    .where(and(eq(pluginListings.registryId, registryId), eq(pluginListings.state, "listed")))
    .orderBy(asc(pluginId), asc(listedAt));
  return rows.flatMap(({ listedAt: at, ...row }) => (at ? [{ ...row, listedAt: at }] : []));
}

/** Publishers with all the keys that they have or had: what was listed stays signed by them. */
export async function listPublisherKeys(tx: Tx): Promise<{ slug: string; name: string; keys: string[] }[]> {
  const rows = await tx.db
    .select({ slug: publishers.slug, name: publishers.name, key: publisherKeys.publicKey })
    .from(publishers)
    .innerJoin(publisherKeys, eq(publisherKeys.publisherId, publishers.id))
    .orderBy(asc(publishers.slug), asc(publisherKeys.createdAt));
  const found = new Map<string, { slug: string; name: string; keys: string[] }>();
  for (const { slug, name, key } of rows) {
    const publisher = found.get(slug) ?? { slug, name, keys: [] };
    publisher.keys.push(Buffer.from(key).toString("base64"));
    found.set(slug, publisher);
  }
  return [...found.values()];
}

/** Puts one publication in the place of the one before; its sequence becomes the registry's. */
export async function replaceRegistryFiles(
  tx: Tx,
  registryId: string,
  files: RegistryFileRow[],
): Promise<void> {
  await tx.db.delete(registryFiles);
  await tx.db.insert(registryFiles).values(files);
  const sequence = files[0]?.sequence ?? 0;
  await tx.sql`
    update registries set sequence = greatest(sequence, ${sequence}), synced_at = now()
    where id = ${toUuid("registry", registryId)}`;
}

/** The archive of a version that a registry lists. */
export async function findArchive(
  tx: Tx,
  pluginId: string,
  version: string,
): Promise<{ sha256: string; archive: Uint8Array } | undefined> {
  const [row] = await tx.db
    .select({ sha256: pluginPackages.sha256, archive: pluginPackages.archive })
    .from(pluginListings)
    .innerJoin(registries, and(eq(registries.id, pluginListings.registryId), eq(registries.kind, "own")))
    .innerJoin(pluginPackages, eq(pluginPackages.sha256, pluginListings.sha256))
    .where(
      and(
        eq(pluginListings.pluginId, pluginId),
        eq(pluginListings.version, version),
        eq(pluginListings.state, "listed"),
      ),
    );
  return row;
}
