import { schema } from "@tidings/db";
import { and, asc, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { type PageRequest, readCursor } from "../../platform/http/index.ts";

const { apiKeys, callbackEndpoints, channelGrants, channels, sources } = schema;

export type SourceRow = typeof sources.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type GrantedChannel = Pick<typeof channels.$inferSelect, "id" | "name" | "kind">;
/** How many of a source's callback endpoints do what; those that fail or were disabled want looking at. */
export interface EndpointCounts {
  count: number;
  failingCount: number;
  disabledCount: number;
}
export type SourceWithGrants = SourceRow & { channels: GrantedChannel[]; callbackEndpoints: EndpointCounts };

export const NO_ENDPOINTS: EndpointCounts = { count: 0, failingCount: 0, disabledCount: 0 };

const thisSource = (tenantId: string, sourceId: string) =>
  and(eq(sources.tenantId, tenantId), eq(sources.id, sourceId));

export async function insertSource(tx: Tx, row: typeof sources.$inferInsert): Promise<SourceRow> {
  const [saved] = await tx.db.insert(sources).values(row).returning();
  return saved as SourceRow;
}

export async function findSource(
  tx: Tx,
  tenantId: string,
  sourceId: string,
): Promise<SourceWithGrants | undefined> {
  const [row] = await tx.db.select().from(sources).where(thisSource(tenantId, sourceId));
  if (!row) return undefined;
  const [grants] = await grantedChannels(tx, tenantId, [sourceId]);
  const counts = await countEndpoints(tx, tenantId, [sourceId]);
  return {
    ...row,
    channels: grants?.channels ?? [],
    callbackEndpoints: counts.get(sourceId) ?? NO_ENDPOINTS,
  };
}

/** Sources in the order they were made. */
export async function listSources(tx: Tx, tenantId: string, page: PageRequest): Promise<SourceWithGrants[]> {
  const cursor = readCursor(page, "source");
  const rows = await tx.db
    .select()
    .from(sources)
    .where(and(eq(sources.tenantId, tenantId), cursor ? gt(sources.id, cursor) : undefined))
    .orderBy(asc(sources.id))
    .limit(page.limit + 1);
  const ids = rows.map((row) => row.id);
  const grants = await grantedChannels(tx, tenantId, ids);
  const counts = await countEndpoints(tx, tenantId, ids);
  const bySource = new Map(grants.map((grant) => [grant.sourceId, grant.channels]));
  return rows.map((row) => ({
    ...row,
    channels: bySource.get(row.id) ?? [],
    callbackEndpoints: counts.get(row.id) ?? NO_ENDPOINTS,
  }));
}

async function countEndpoints(
  tx: Tx,
  tenantId: string,
  sourceIds: string[],
): Promise<Map<string, EndpointCounts>> {
  if (sourceIds.length === 0) return new Map();
  const { sourceId, state, failingSince } = callbackEndpoints;
  const rows = await tx.db
    .select({
      sourceId,
      count: sql<number>`count(*)::int`,
      failingCount: sql<number>`count(*) filter (where ${state} = 'on' and ${failingSince} is not null)::int`,
      disabledCount: sql<number>`count(*) filter (where ${state} = 'disabled')::int`,
    })
    .from(callbackEndpoints)
    .where(and(eq(callbackEndpoints.tenantId, tenantId), inArray(sourceId, sourceIds)))
    .groupBy(sourceId);
  return new Map(rows.map(({ sourceId: id, ...counts }) => [id, counts]));
}

async function grantedChannels(tx: Tx, tenantId: string, sourceIds: string[]) {
  if (sourceIds.length === 0) return [];
  const rows = await tx.db
    .select({
      sourceId: channelGrants.sourceId,
      id: channels.id,
      name: channels.name,
      kind: channels.kind,
    })
    .from(channelGrants)
    .innerJoin(
      channels,
      and(eq(channels.tenantId, channelGrants.tenantId), eq(channels.id, channelGrants.channelId)),
    )
    .where(
      and(eq(channelGrants.tenantId, tenantId), or(...sourceIds.map((id) => eq(channelGrants.sourceId, id)))),
    )
    .orderBy(channels.name);
  return sourceIds.map((sourceId) => ({
    sourceId,
    channels: rows
      .filter((row) => row.sourceId === sourceId)
      .map(({ id, name, kind }) => ({ id, name, kind })),
  }));
}

export async function updateSource(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  changes: Partial<Pick<SourceRow, "name" | "state">> & { updatedAt: Date },
): Promise<void> {
  await tx.db.update(sources).set(changes).where(thisSource(tenantId, sourceId));
}

export async function deleteSource(tx: Tx, tenantId: string, sourceId: string): Promise<void> {
  await tx.db.delete(sources).where(thisSource(tenantId, sourceId));
}

/** Whether the channel is the tenant's. */
export async function hasChannel(tx: Tx, tenantId: string, channelId: string): Promise<boolean> {
  const rows = await tx.db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.tenantId, tenantId), eq(channels.id, channelId)));
  return rows.length > 0;
}

/** True when the grant is new. */
export async function insertGrant(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  channelId: string,
): Promise<boolean> {
  const rows = await tx.db
    .insert(channelGrants)
    .values({ tenantId, sourceId, channelId })
    .onConflictDoNothing()
    .returning({ channelId: channelGrants.channelId });
  return rows.length > 0;
}

/** True when there was such a grant. */
export async function deleteGrant(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  channelId: string,
): Promise<boolean> {
  const rows = await tx.db
    .delete(channelGrants)
    .where(
      and(
        eq(channelGrants.tenantId, tenantId),
        eq(channelGrants.sourceId, sourceId),
        eq(channelGrants.channelId, channelId),
      ),
    )
    .returning({ channelId: channelGrants.channelId });
  return rows.length > 0;
}

const keysOf = (tenantId: string, sourceId: string) =>
  and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.sourceId, sourceId));

const isLive = and(
  isNull(apiKeys.revokedAt),
  or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
);

export async function insertApiKey(tx: Tx, row: typeof apiKeys.$inferInsert): Promise<ApiKeyRow> {
  const [saved] = await tx.db.insert(apiKeys).values(row).returning();
  return saved as ApiKeyRow;
}

export async function listApiKeys(tx: Tx, tenantId: string, sourceId: string): Promise<ApiKeyRow[]> {
  return tx.db.select().from(apiKeys).where(keysOf(tenantId, sourceId)).orderBy(asc(apiKeys.id)).limit(100);
}

export async function countLiveApiKeys(tx: Tx, tenantId: string, sourceId: string): Promise<number> {
  return tx.db.$count(apiKeys, and(keysOf(tenantId, sourceId), isLive));
}

/** Ends a live key at the given moment; undefined when there is no such live key. */
export async function endApiKey(
  tx: Tx,
  tenantId: string,
  sourceId: string,
  apiKeyId: string,
  end: { revokedAt: Date } | { expiresAt: Date },
): Promise<ApiKeyRow | undefined> {
  const [row] = await tx.db
    .update(apiKeys)
    .set(end)
    .where(and(keysOf(tenantId, sourceId), eq(apiKeys.id, apiKeyId), isLive))
    .returning();
  return row;
}
