import { schema } from "@tidings/db";
import type { Grants } from "@tidings/sdk/package";
import { and, asc, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { readGrants } from "./grants.rules.ts";

const { pluginInstallations } = schema;

type Row = typeof pluginInstallations.$inferSelect;
export type InstallationRow = Omit<Row, "grants"> & { grants: Grants };

const thisOne = (tenantId: string, pluginId: string) =>
  and(
    eq(pluginInstallations.tenantId, tenantId),
    eq(pluginInstallations.pluginId, pluginId),
    eq(pluginInstallations.state, "on"),
  );

const toInstallation = (row: Row): InstallationRow => ({ ...row, grants: readGrants(row.grants) });

export async function listInstallations(tx: Tx, tenantId: string): Promise<InstallationRow[]> {
  const rows = await tx.db
    .select()
    .from(pluginInstallations)
    .where(and(eq(pluginInstallations.tenantId, tenantId), eq(pluginInstallations.state, "on")))
    .orderBy(asc(pluginInstallations.pluginId));
  return rows.map(toInstallation);
}

/** The installation, held: nobody else changes it until the transaction ends. */
export async function lockInstallation(
  tx: Tx,
  tenantId: string,
  pluginId: string,
): Promise<InstallationRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(pluginInstallations)
    .where(thisOne(tenantId, pluginId))
    .for("update");
  return row && toInstallation(row);
}

/** Whether the tenant has it; it cannot be uninstalled before the transaction ends. */
export async function holdInstallation({ sql }: Tx, pluginId: string): Promise<boolean> {
  const rows = await sql`
    select from plugin_installations where plugin_id = ${pluginId} and state = 'on' for key share`;
  return rows.length > 0;
}

/** Whether the tenant of the transaction has it. */
export async function isInstalled({ sql }: Tx, pluginId: string): Promise<boolean> {
  const rows = await sql`select from plugin_installations where plugin_id = ${pluginId} and state = 'on'`;
  return rows.length > 0;
}

/** False if it is there already. One that was removed is taken up again, without its past. */
export async function insertInstallation(
  tx: Tx,
  row: Pick<
    InstallationRow,
    "tenantId" | "pluginId" | "sha256" | "version" | "grants" | "agreedBy" | "agreedAt"
  >,
): Promise<boolean> {
  const values = { ...row, grants: { ...row.grants } };
  const { tenantId: _tenant, pluginId: _plugin, ...columns } = values;
  const saved = await tx.db
    .insert(pluginInstallations)
    .values(values)
    .onConflictDoUpdate({
      target: [pluginInstallations.tenantId, pluginInstallations.pluginId],
      set: {
        ...columns,
        ...NO_TRIAL,
        state: "on",
        previousSha256: null,
        turnedDownSha256: null,
        toldOfSha256: null,
        automaticUpgrades: "none",
        updatedAt: row.agreedAt,
      },
      setWhere: eq(pluginInstallations.state, "removed"),
    })
    .returning({ pluginId: pluginInstallations.pluginId });
  return saved.length > 0;
}

export const NO_TRIAL = { canarySha256: null, canaryPercent: null, canarySince: null };

/** Changes an installation that the transaction holds. */
export async function updateInstallation(
  tx: Tx,
  { tenantId, pluginId }: Pick<InstallationRow, "tenantId" | "pluginId">,
  { grants, ...changes }: Partial<Omit<InstallationRow, "tenantId" | "pluginId">>,
): Promise<void> {
  await tx.db
    .update(pluginInstallations)
    .set({ ...changes, ...(grants && { grants: { ...grants } }) })
    .where(thisOne(tenantId, pluginId));
}

/** Versions and manifests of packages, by hash, as their rows tell them: for people to read, not to run. */
export async function describePackages(
  tx: Tx,
  hashes: readonly string[],
): Promise<Map<string, { version: string; manifest: Record<string, unknown> }>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.sql<{ sha256: string; version: string; manifest: Record<string, unknown> }[]>`
    select sha256, version, manifest from plugin_packages where sha256 = any(${hashes}::text[])`;
  return new Map(rows.map(({ sha256, ...row }) => [sha256, row]));
}
