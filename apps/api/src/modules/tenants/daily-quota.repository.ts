import type { RequestContext } from "../../platform/context.ts";
import type { Fragment, Tx } from "../../platform/database/index.ts";
import type { ProblemError } from "../../platform/errors.ts";
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
 * Takes `stored`, rows that the same statement has stored, from today's quota (the tenant's day) and selects their
 * `count`: one guarded statement on one row. When the quota does not reach, the statement fails, as `dailyRefusal`
 * tells.
 */
export function takingDaily({ sql }: Pick<Tx, "sql">, tenant: string, stored: Fragment): Fragment {
  const limit = sql`(select coalesce(max(p."limit"), ${defaultLimit(KIND)}) from quotas p
    where p.tenant_id = ${tenant} and p.kind = ${KIND} and p.period = '')`;
  return sql`, taken as (
    insert into quotas as q (tenant_id, kind, period, used, "limit")
    select ${tenant}, ${KIND}, to_char(now() at time zone t.time_zone, 'YYYY-MM-DD'), asked.count, allowed."limit"
    from tenants t cross join (select count(*) as count from ${stored} s) asked
      cross join (select ${limit} as "limit") allowed
    where t.id = ${tenant} and asked.count between 1 and allowed."limit"
    on conflict (tenant_id, kind, period) do update
      set used = q.used + excluded.used, "limit" = excluded."limit"
      where q.used + excluded.used <= excluded."limit"
    returning used
  )
  select count(*)::int as count from ${stored} s
  where case when exists(select from taken) then true else refuse_quota(${KIND}, coalesce((
    select used from quotas where tenant_id = ${tenant} and kind = ${KIND} order by period desc limit 1), 0), ${limit}) end`;
}

const QUOTA_FULL = "TD001";

/** The problem behind an error of a statement that takes from the quota; undefined for any other error. */
export function dailyRefusal(error: unknown): ProblemError | undefined {
  const { code, detail } = error as { code?: string; detail?: string };
  if (code !== QUOTA_FULL || detail === undefined) return undefined;
  const { used, limit } = JSON.parse(detail) as DailyUse;
  return quotaExceeded(KIND, limit, used);
}
