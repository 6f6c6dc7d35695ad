import { schema } from "@tidings/db";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid } from "../../platform/ids.ts";

const { apiKeys, sources } = schema;

export interface KeyHolder {
  tenantId: string;
  apiKeyId: string;
}

/** Whose key this is, if it is neither revoked nor expired. The one look-up before the tenant is known. */
export async function findKeyHolder(tx: Tx, keyHash: Uint8Array): Promise<KeyHolder | undefined> {
  const [row] = await tx.sql<{ tenant_id: string; key_id: string }[]>`
    select tenant_id, key_id from find_api_key(${Buffer.from(keyHash)})`;
  if (!row) return undefined;
  return { tenantId: fromUuid("tenant", row.tenant_id), apiKeyId: fromUuid("apiKey", row.key_id) };
}

/** The source behind a key, and whether the key's last use was noted within the minute. */
export async function findKeySource(tx: Tx, { tenantId, apiKeyId }: KeyHolder) {
  const [row] = await tx.db
    .select({
      id: sources.id,
      name: sources.name,
      state: sources.state,
      useIsNoted: sql<boolean>`coalesce(${apiKeys.usedAt} > now() - interval '1 minute', false)`,
    })
    .from(apiKeys)
    .innerJoin(sources, and(eq(sources.tenantId, apiKeys.tenantId), eq(sources.id, apiKeys.sourceId)))
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, apiKeyId)));
  return row;
}

/** Notes that the key is in use, at most once a minute. */
export async function noteKeyUse(tx: Tx, { tenantId, apiKeyId }: KeyHolder): Promise<void> {
  await tx.db
    .update(apiKeys)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(apiKeys.tenantId, tenantId),
        eq(apiKeys.id, apiKeyId),
        or(isNull(apiKeys.usedAt), lt(apiKeys.usedAt, sql`now() - interval '1 minute'`)),
      ),
    );
}
