import { schema } from "@tidings/db";
import { and, asc, desc, eq, ilike, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Tx } from "../../../platform/database/index.ts";
import type { ListingState } from "./listing.rules.ts";

const { pluginListings, pluginPackages, registries } = schema;

/** One version of a plugin in one registry. */
export interface ListingKey {
  registryId: string;
  pluginId: string;
  version: string;
}

export type ListingRow = typeof pluginListings.$inferSelect;
export type PackageRow = typeof pluginPackages.$inferSelect;

/** A listing with the registry it is in, and the manifest's words for it. */
export interface ListedRow extends ListingRow {
  registry: { id: string; kind: "own" | "seed" | "remote"; name: string };
  manifest: Record<string, unknown>;
}

const isKey = ({ registryId, pluginId, version }: ListingKey) =>
  and(
    eq(pluginListings.registryId, registryId),
    eq(pluginListings.pluginId, pluginId),
    eq(pluginListings.version, version),
  );

/** Keeps an archive under its hash; one that is there already is the same. */
export async function insertPackage(tx: Tx, row: typeof pluginPackages.$inferInsert): Promise<void> {
  await tx.db.insert(pluginPackages).values(row).onConflictDoNothing();
}

export async function findPackage(tx: Tx, sha256: string): Promise<PackageRow | undefined> {
  const [row] = await tx.db.select().from(pluginPackages).where(eq(pluginPackages.sha256, sha256));
  return row;
}

/** Which of some archives are kept here. */
export async function listKnownPackages(tx: Tx, hashes: string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await tx.db
    .select({ sha256: pluginPackages.sha256 })
    .from(pluginPackages)
    .where(inArray(pluginPackages.sha256, hashes));
  return new Set(rows.map(({ sha256 }) => sha256));
}

export async function insertListing(
  tx: Tx,
  row: typeof pluginListings.$inferInsert,
): Promise<ListingRow | undefined> {
  const [saved] = await tx.db.insert(pluginListings).values(row).onConflictDoNothing().returning();
  return saved;
}

export async function lockListing(tx: Tx, key: ListingKey): Promise<ListingRow | undefined> {
  const [row] = await tx.db.select().from(pluginListings).where(isKey(key)).for("update");
  return row;
}

/** Every version of a plugin in a registry, whatever its state, without archives. */
export async function listVersions(tx: Tx, registryId: string, pluginId: string): Promise<ListingRow[]> {
  return tx.db
    .select()
    .from(pluginListings)
    .where(and(eq(pluginListings.registryId, registryId), eq(pluginListings.pluginId, pluginId)));
}

/** Every version in a registry, as it stands here. */
export async function listListingsOf(
  tx: Tx,
  registryId: string,
): Promise<Pick<ListingRow, "pluginId" | "version" | "sha256" | "state" | "grade" | "labels">[]> {
  const { pluginId, version, sha256, state, grade, labels } = pluginListings;
  return tx.db
    .select({ pluginId, version, sha256, state, grade, labels })
    .from(pluginListings)
    .where(eq(pluginListings.registryId, registryId));
}

export type ListingChanges = Partial<
  Pick<ListingRow, "state" | "grade" | "labels" | "report" | "envelope" | "listedAt">
>;

/** Undefined where the listing is in another state by now. */
export async function updateListing(
  tx: Tx,
  key: ListingKey,
  from: readonly ListingState[],
  changes: ListingChanges,
): Promise<ListingRow | undefined> {
  const [row] = await tx.db
    .update(pluginListings)
    .set(changes)
    .where(and(isKey(key), inArray(pluginListings.state, [...from])))
    .returning();
  return row;
}

export interface ListingFilter {
  registryId?: string | undefined;
  state?: ListingState | undefined;
  /** The first part of the plugins' ids. */
  publisher?: string | undefined;
  pluginId?: string | undefined;
  version?: string | undefined;
  /** Part of an id or of a name, in any case. */
  query?: string | undefined;
  /** Of the channels that the plugin makes. */
  kind?: string | undefined;
  label?: string | undefined;
}

const matches = (pattern: string) =>
  or(
    ilike(pluginListings.pluginId, pattern),
    sql`${pluginPackages.manifest} #>> '{name,zh}' ilike ${pattern}`,
    sql`${pluginPackages.manifest} #>> '{name,en}' ilike ${pattern}`,
  );

const conditionsOf = (filter: ListingFilter): (SQL | undefined)[] => [
  filter.registryId ? eq(pluginListings.registryId, filter.registryId) : undefined,
  filter.state ? eq(pluginListings.state, filter.state) : undefined,
  filter.publisher ? sql`split_part(${pluginListings.pluginId}, '/', 1) = ${filter.publisher}` : undefined,
  filter.pluginId ? eq(pluginListings.pluginId, filter.pluginId) : undefined,
  filter.version ? eq(pluginListings.version, filter.version) : undefined,
  filter.query ? matches(`%${filter.query.replace(/[\\%_]/g, "\\$&")}%`) : undefined,
  filter.kind ? sql`${pluginPackages.manifest} ->> 'kind' = ${filter.kind}` : undefined,
  filter.label ? sql`${filter.label} = any(${pluginListings.labels})` : undefined,
];

/** A place in the list: the moment of submission, and which of those of that moment. */
export interface ListingCursor extends ListingKey {
  submittedAt: Date;
}

/** Listings with their registries, the last submitted first. */
export async function listListings(
  tx: Tx,
  filter: ListingFilter,
  after: ListingCursor | undefined,
  limit: number,
): Promise<ListedRow[]> {
  const { submittedAt, registryId, pluginId, version } = pluginListings;
  const rows = await tx.db
    .select({
      listing: pluginListings,
      registry: { id: registries.id, kind: registries.kind, name: registries.name },
      manifest: pluginPackages.manifest,
    })
    .from(pluginListings)
    .innerJoin(registries, eq(registries.id, pluginListings.registryId))
    .innerJoin(pluginPackages, eq(pluginPackages.sha256, pluginListings.sha256))
    .where(
      and(
        ...conditionsOf(filter),
        after &&
          sql`(${submittedAt}, ${registryId}, ${pluginId}, ${version}) <
            (${sql.param(after.submittedAt, submittedAt)}, ${sql.param(after.registryId, registryId)},
             ${after.pluginId}, ${after.version})`,
      ),
    )
    .orderBy(desc(submittedAt), desc(registryId), desc(pluginId), desc(version))
    .limit(limit);
  return rows.map(({ listing, registry, manifest }) => ({ ...listing, registry, manifest }));
}

/** The oldest listing of a state, or undefined. */
export async function findOldestIn(tx: Tx, state: ListingState): Promise<ListingRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(pluginListings)
    .where(eq(pluginListings.state, state))
    .orderBy(asc(pluginListings.submittedAt))
    .limit(1);
  return row;
}

/** A version in use whose checks were made for another protocol than this host's, or are asked for again. */
export async function findStale(tx: Tx, protocol: string): Promise<ListingRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(pluginListings)
    .where(
      and(
        inArray(pluginListings.state, ["listed", "in_review"]),
        sql`${pluginListings.report} is not null`,
        sql`${pluginListings.report} ->> 'protocol' is distinct from ${protocol}`,
      ),
    )
    .orderBy(asc(pluginListings.submittedAt))
    .limit(1);
  return row;
}
