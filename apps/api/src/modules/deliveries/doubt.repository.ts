import type { Fragment, Tx } from "../../platform/database/index.ts";

/**
 * Whether nobody knows if the vendor took delivery `d` from attempt `a`, which has ended. An attempt that names no
 * deliveries leaves all of them in doubt; what the vendor has said since that it never got is in none.
 */
export const leavesInDoubt = ({ sql }: Pick<Tx, "sql">, tenant: string) => sql`(
  d.id between a.first_id and a.last_id
  and (a.outcome ? 'abandoned' or a.outcome ? 'unknown' and coalesce(d.id = any(a.doubtful_ids), true))
  and not exists(select from receipts r where r.tenant_id = ${tenant} and r.delivery_id = d.id
    and r.type = 'not_found' and r.received_at >= a.ended_at))`;

/** Whether the vendor may have delivery `d` of the chunk: some attempt leaves it in doubt. */
export const mayHaveBeenSent = (tx: Pick<Tx, "sql">, tenant: string, chunkId: Fragment) => tx.sql`exists(
  select from attempts a
  where a.tenant_id = ${tenant} and a.chunk_id = ${chunkId} and ${leavesInDoubt(tx, tenant)})`;
