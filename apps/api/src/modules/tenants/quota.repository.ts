import { schema } from "@tidings/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { defaultLimit, type QuotaKind, quotaExceeded } from "./quota.rules.ts";

const { quotas } = schema;

export type QuotaRow = typeof quotas.$inferSelect;

/**
 * Takes from a quota or throws 409. The guarded update is what keeps fifty concurrent creations within the limit:
 * counting rows first would let several through.
 */
export async function takeQuota(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  kind: QuotaKind,
  count = 1,
): Promise<void> {
  const limit = defaultLimit(kind);
  await tx.db
    .insert(quotas)
    .values({ tenantId: ctx.tenantId, kind, limit })
    .onConflictDoNothing({ target: [quotas.tenantId, quotas.kind, quotas.period] });
  const taken = await tx.db
    .update(quotas)
    .set({ used: sql`${quotas.used} + ${count}` })
    .where(and(thisQuota(ctx.tenantId, kind), sql`${quotas.used} + ${count} <= ${quotas.limit}`))
    .returning({ used: quotas.used });
  if (taken.length > 0) return;
  const [full] = await tx.db.select().from(quotas).where(thisQuota(ctx.tenantId, kind));
  throw quotaExceeded(kind, full?.limit ?? limit, full?.used ?? limit);
}

/** Gives back what a deleted thing had taken. */
export async function giveBackQuota(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId">,
  kind: QuotaKind,
  count = 1,
): Promise<void> {
  await tx.db
    .update(quotas)
    .set({ used: sql`greatest(${quotas.used} - ${count}, 0)` })
    .where(thisQuota(ctx.tenantId, kind));
}

/** The quotas without end and those of the day; where a kind has both, the day's row comes last. */
export async function listQuotas(tx: Tx, tenantId: string, day: string): Promise<QuotaRow[]> {
  return tx.db
    .select()
    .from(quotas)
    .where(and(eq(quotas.tenantId, tenantId), inArray(quotas.period, ["", day])))
    .orderBy(quotas.kind, quotas.period);
}

const thisQuota = (tenantId: string, kind: QuotaKind) =>
  and(eq(quotas.tenantId, tenantId), eq(quotas.kind, kind), eq(quotas.period, ""));
