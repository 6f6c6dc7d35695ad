import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { defaultLimit, quotaExceeded } from "./quota.rules.ts";

const KIND = "messages_per_day";

export interface DailyUse {
  used: number;
  limit: number;
}

/** How much of today's quota is used, on the tenant's calendar. */
export async function findDailyUse({ sql }: Tx, ctx: Pick<RequestContext, "tenantId">): Promise<DailyUse> {
  const tenant = toUuid("tenant", ctx.tenantId);
  const [row] = await sql<{ used: string; limit: string }[]>`
    select coalesce(max(q.used) filter (where q.period = to_char(now() at time zone t.time_zone, 'YYYY-MM-DD')), 0)
      as used,
      coalesce(max(q."limit") filter (where q.period = ''), ${defaultLimit(KIND)}) as "limit"
    from tenants t left join quotas q on q.tenant_id = ${tenant} and q.kind = ${KIND}
    where t.id = ${tenant}`;
  return { used: Number(row?.used ?? 0), limit: Number(row?.limit ?? defaultLimit(KIND)) };
}

/**
 * Takes those of the messages that are stored from today's quota (the tenant's day) or throws 409. One guarded
 * statement on one row: call it last in the transaction, so that the row is locked for the shortest time. It counts
 * what is there itself, so that it can be sent right behind the statement that stores.
 */
export async function takeDailyMessages(
  { sql }: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  messageIds: string[],
): Promise<void> {
  const tenant = toUuid("tenant", ctx.tenantId);
  const ids = messageIds.map((id) => toUuid("message", id));
  const rows = await sql`
    insert into quotas as q (tenant_id, kind, period, used, "limit")
    select ${tenant}, ${KIND}, to_char(now() at time zone t.time_zone, 'YYYY-MM-DD'), stored.count, allowed."limit"
    from tenants t cross join lateral (
      select count(*)::int from messages where tenant_id = ${tenant} and id = any(${ids}::uuid[])
    ) stored cross join lateral (
      select coalesce(max(p."limit"), ${defaultLimit(KIND)}) as "limit" from quotas p
      where p.tenant_id = ${tenant} and p.kind = ${KIND} and p.period = ''
    ) allowed
    where t.id = ${tenant} and stored.count <= allowed."limit"
    on conflict (tenant_id, kind, period) do update
      set used = q.used + excluded.used, "limit" = excluded."limit"
      where q.used + excluded.used <= excluded."limit"
    returning used`;
  if (rows.length > 0) return;
  const [full] = await sql<{ used: string; limit: string }[]>`
    select used, "limit" from quotas where tenant_id = ${tenant} and kind = ${KIND} order by period desc limit 1`;
  const limit = Number(full?.limit ?? defaultLimit(KIND));
  throw quotaExceeded(KIND, limit, Number(full?.used ?? limit));
}
