import { schema } from "@tidings/db";
import { and, asc, eq, exists, gt, inArray, ne, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import { type CircuitRow, listCircuits } from "./circuit.repository.ts";

const { channelGrants, channelSecrets, channels, deletedChannels, sources } = schema;

export type ChannelRow = typeof channels.$inferSelect;

/** A channel with the names of its secrets and the sources that may use it. */
export type ChannelWithParts = ChannelRow & {
  secrets: { field: string; updatedAt: Date }[];
  sources: { id: string; name: string }[];
  /** Undefined: it has never failed. */
  circuit: CircuitRow | undefined;
};

export interface ChannelFilter {
  kind?: string | undefined;
  state?: "on" | "off" | undefined;
  /** Only channels that this source may use. */
  grantedTo?: string | undefined;
}

/** More than a tenant has. */
const MAX_CHANNELS = 1000;

const thisChannel = (tenantId: string, channelId: string) =>
  and(eq(channels.tenantId, tenantId), eq(channels.id, channelId));

export async function insertChannel(tx: Tx, row: typeof channels.$inferInsert): Promise<void> {
  await tx.db.insert(channels).values(row);
}

export async function findChannel(
  tx: Tx,
  tenantId: string,
  channelId: string,
  filter: ChannelFilter = {},
): Promise<ChannelWithParts | undefined> {
  const rows = await tx.db
    .select()
    .from(channels)
    .where(and(thisChannel(tenantId, channelId), ...conditions(tx, filter)));
  const [channel] = await withParts(tx, tenantId, rows);
  return channel;
}

export type NamedChannel = Pick<ChannelRow, "id" | "name" | "kind" | "pluginId">;

/** All channels of a tenant, which are few; by name. */
export async function listNamedChannels(tx: Tx, tenantId: string): Promise<NamedChannel[]> {
  return tx.db
    .select({ id: channels.id, name: channels.name, kind: channels.kind, pluginId: channels.pluginId })
    .from(channels)
    .where(eq(channels.tenantId, tenantId))
    .orderBy(asc(channels.name))
    .limit(MAX_CHANNELS);
}

/** Channels in the order they were made. */
export async function listChannels(
  tx: Tx,
  tenantId: string,
  filter: ChannelFilter,
  page: PageRequest,
): Promise<ChannelWithParts[]> {
  const cursor = readCursor(page, "channel");
  const rows = await tx.db
    .select()
    .from(channels)
    .where(
      and(
        eq(channels.tenantId, tenantId),
        cursor ? gt(channels.id, cursor) : undefined,
        ...conditions(tx, filter),
      ),
    )
    .orderBy(asc(channels.id))
    .limit(page.limit + 1);
  return withParts(tx, tenantId, rows);
}

function conditions(tx: Tx, { kind, state, grantedTo }: ChannelFilter) {
  const grant = (sourceId: string) =>
    tx.db
      .select({ sourceId: channelGrants.sourceId })
      .from(channelGrants)
      .where(
        and(
          eq(channelGrants.tenantId, channels.tenantId),
          eq(channelGrants.channelId, channels.id),
          eq(channelGrants.sourceId, sourceId),
        ),
      );
  return [
    kind ? eq(channels.kind, kind) : undefined,
    state ? eq(channels.state, state) : undefined,
    grantedTo ? exists(grant(grantedTo)) : undefined,
  ];
}

async function withParts(tx: Tx, tenantId: string, rows: ChannelRow[]): Promise<ChannelWithParts[]> {
  if (rows.length === 0) return [];
  const channelIds = rows.map((row) => row.id);
  // A column list: the API's role may not read the ciphertext.
  const secrets = await tx.db
    .select({
      channelId: channelSecrets.channelId,
      field: channelSecrets.field,
      updatedAt: channelSecrets.updatedAt,
    })
    .from(channelSecrets)
    .where(and(eq(channelSecrets.tenantId, tenantId), inArray(channelSecrets.channelId, channelIds)))
    .orderBy(channelSecrets.field);
  const grants = await tx.db
    .select({ channelId: channelGrants.channelId, id: sources.id, name: sources.name })
    .from(channelGrants)
    .innerJoin(
      sources,
      and(eq(sources.tenantId, channelGrants.tenantId), eq(sources.id, channelGrants.sourceId)),
    )
    .where(and(eq(channelGrants.tenantId, tenantId), inArray(channelGrants.channelId, channelIds)))
    .orderBy(sources.name);
  const circuits = await listCircuits(tx, tenantId, channelIds);
  return rows.map((row) => ({
    ...row,
    circuit: circuits.find(({ channelId }) => channelId === row.id),
    secrets: secrets
      .filter(({ channelId }) => channelId === row.id)
      .map(({ field, updatedAt }) => ({ field, updatedAt })),
    sources: grants.filter(({ channelId }) => channelId === row.id).map(({ id, name }) => ({ id, name })),
  }));
}

export async function updateChannel(
  tx: Tx,
  tenantId: string,
  channelId: string,
  changes: Partial<Pick<ChannelRow, "name" | "state" | "ratePerSecond" | "unitPrice" | "currency">> & {
    updatedAt: Date;
  },
): Promise<void> {
  await tx.db.update(channels).set(changes).where(thisChannel(tenantId, channelId));
}

/** New settings or secrets: connections are renewed, and nobody knows yet whether they work. */
export async function reviseChannel(
  tx: Tx,
  tenantId: string,
  channelId: string,
  settings: ChannelRow["settings"],
): Promise<void> {
  await tx.db
    .update(channels)
    .set({
      settings,
      revision: sql`${channels.revision} + 1`,
      health: "unverified",
      healthCode: null,
      healthDetail: null,
      healthAt: null,
    })
    .where(thisChannel(tenantId, channelId));
}

export type ChannelHealth = Pick<ChannelRow, "health" | "healthCode" | "healthDetail" | "healthAt">;

/** True when the channel still is what was tested. */
export async function saveHealth(
  tx: Tx,
  tested: Pick<ChannelRow, "tenantId" | "id" | "revision">,
  health: ChannelHealth,
): Promise<boolean> {
  const rows = await tx.db
    .update(channels)
    .set(health)
    .where(and(thisChannel(tested.tenantId, tested.id), eq(channels.revision, tested.revision)))
    .returning({ id: channels.id });
  return rows.length > 0;
}

/** Keeps what sending shows of the channel as it was sent through, where that is news. */
export async function noteHealth(
  tx: Tx,
  seen: Pick<ChannelRow, "tenantId" | "id" | "revision">,
  health: ChannelHealth,
): Promise<void> {
  await tx.db
    .update(channels)
    .set(health)
    .where(
      and(
        thisChannel(seen.tenantId, seen.id),
        eq(channels.revision, seen.revision),
        or(
          ne(channels.health, health.health),
          sql`${channels.healthCode} is distinct from ${health.healthCode}::text`,
        ),
      ),
    );
}

/** Keeps the channel from being deleted, and from being named by a policy, until the transaction ends. */
export async function lockChannel(tx: Tx, tenantId: string, channelId: string): Promise<void> {
  await tx.db
    .select({ id: channels.id })
    .from(channels)
    .where(thisChannel(tenantId, channelId))
    .for("update");
}

/** Deletes a channel; its kind is kept for what was sent through it. */
export async function deleteChannel(tx: Tx, tenantId: string, channelId: string): Promise<void> {
  const [deleted] = await tx.db
    .delete(channels)
    .where(thisChannel(tenantId, channelId))
    .returning({ id: channels.id, kind: channels.kind });
  if (deleted) await tx.db.insert(deletedChannels).values({ tenantId, ...deleted });
}

/** The channels of a plugin with their forms, by name. */
export async function listChannelsOf(
  tx: Tx,
  tenantId: string,
  pluginId: string,
): Promise<(ChannelRow & { secrets: { field: string }[] })[]> {
  const rows = await tx.db
    .select()
    .from(channels)
    .where(and(eq(channels.tenantId, tenantId), eq(channels.pluginId, pluginId)))
    .orderBy(asc(channels.name))
    .limit(MAX_CHANNELS);
  return withParts(tx, tenantId, rows);
}

/** The active policies whose latest version sends through the channel, by name; at most ten. */
export async function listPoliciesUsing(
  tx: Tx,
  tenantId: string,
  channelId: string,
): Promise<{ id: string; name: string }[]> {
  const step = JSON.stringify([{ channelIds: [channelId] }]);
  const rows = await tx.sql<{ id: string; name: string }[]>`
    select p.id, p.name
    from policies p
    cross join lateral (
      select v.steps from policy_versions v
      where v.tenant_id = p.tenant_id and v.policy_id = p.id
      order by v.number desc limit 1
    ) latest
    where p.tenant_id = ${toUuid("tenant", tenantId)} and p.state = 'active' and latest.steps @> ${step}::jsonb
    order by p.name
    limit 10`;
  return rows.map(({ id, name }) => ({ id: fromUuid("policy", id), name }));
}

/** Whose channel it is, for a vendor's push: the tenant is not known before. */
export async function findChannelTenant({ sql }: Tx, channelId: string): Promise<string | undefined> {
  const [row] = await sql<{ tenant_id: string | null }[]>`
    select find_channel_tenant(${toUuid("channel", channelId)}) as tenant_id`;
  return row?.tenant_id ? fromUuid("tenant", row.tenant_id) : undefined;
}
