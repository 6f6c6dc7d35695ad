import type { Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";

/** How long an `Idempotency-Key` is remembered, days. */
export const KEY_DAYS = 30;

const isOld = ({ sql }: Tx) => sql`created_at < now() - make_interval(days => ${KEY_DAYS})`;

/** Tenants with keys that are not remembered any more. Runs as the dispatcher, across tenants. */
export async function listTenantsWithOldKeys(tx: Tx): Promise<string[]> {
  const rows = await tx.sql<{ tenant_id: string }[]>`
    select distinct tenant_id from (
      select tenant_id from idempotency_keys where ${isOld(tx)} limit 100000
    ) old`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/** Forgets some of a tenant's old keys; returns how many. */
export async function forgetOldKeys(tx: Tx, tenantId: string, limit: number): Promise<number> {
  const tenant = toUuid("tenant", tenantId);
  const rows = await tx.sql`
    delete from idempotency_keys where tenant_id = ${tenant} and (scope, key) in (
      select scope, key from idempotency_keys where tenant_id = ${tenant} and ${isOld(tx)} limit ${limit}
    ) returning 1`;
  return rows.length;
}
