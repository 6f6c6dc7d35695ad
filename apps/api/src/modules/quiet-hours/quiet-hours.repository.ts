import { schema } from "@tidings/db";
import { and, eq } from "drizzle-orm";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import {
  fingerprintOf,
  type QuietHours,
  type QuietHoursSettings,
  type SharedQuietHours,
} from "./quiet-hours.rules.ts";

const { quietHours, userQuietHours } = schema;

export async function findSettings(tx: Tx, tenantId: string): Promise<QuietHoursSettings> {
  const [row] = await tx.db
    .select({ ofTenant: quietHours.ofTenant, ofCategories: quietHours.ofCategories })
    .from(quietHours)
    .where(eq(quietHours.tenantId, tenantId));
  return row ?? { ofTenant: null, ofCategories: {} };
}

export async function saveSettings(
  tx: Tx,
  tenantId: string,
  settings: QuietHoursSettings & { updatedAt: Date },
): Promise<void> {
  await tx.db
    .insert(quietHours)
    .values({ tenantId, ...settings })
    .onConflictDoUpdate({ target: quietHours.tenantId, set: settings });
}

const thisUser = (tenantId: string, userId: string) =>
  and(eq(userQuietHours.tenantId, tenantId), eq(userQuietHours.userId, userId));

/** `userId` is a row key. */
export async function findOwn(tx: Tx, tenantId: string, userId: string): Promise<QuietHours | undefined> {
  const [row] = await tx.db
    .select({ quietHours: userQuietHours.quietHours })
    .from(userQuietHours)
    .where(thisUser(tenantId, userId));
  return row?.quietHours;
}

export async function saveOwn(
  tx: Tx,
  tenantId: string,
  userId: string,
  own: { quietHours: QuietHours; updatedAt: Date },
): Promise<void> {
  const row = { ...own, fingerprint: fingerprintOf(own.quietHours) };
  await tx.db
    .insert(userQuietHours)
    .values({ tenantId, userId, ...row })
    .onConflictDoUpdate({ target: [userQuietHours.tenantId, userQuietHours.userId], set: row });
}

/** False when the user had none. */
export async function deleteOwn(tx: Tx, tenantId: string, userId: string): Promise<boolean> {
  const rows = await tx.db
    .delete(userQuietHours)
    .where(thisUser(tenantId, userId))
    .returning({ userId: userQuietHours.userId });
  return rows.length > 0;
}

/** Each of the users' own quiet hours once, however many have them: found by one probe of the index for each. */
export async function listShared({ sql }: Tx, tenantId: string, limit: number): Promise<SharedQuietHours[]> {
  const tenant = toUuid("tenant", tenantId);
  return sql<SharedQuietHours[]>`
    with recursive shared as (
      (select fingerprint, quiet_hours from user_quiet_hours where tenant_id = ${tenant}
        order by fingerprint limit 1)
      union all
      select next.* from shared s cross join lateral (
        select fingerprint, quiet_hours from user_quiet_hours
        where tenant_id = ${tenant} and fingerprint > s.fingerprint order by fingerprint limit 1
      ) next
    )
    select fingerprint, quiet_hours as "quietHours" from shared limit ${limit}`;
}

/** Users whose deliveries are looked at again one by one; of more, everybody's are. */
const MAX_RELEASED = 100;

/**
 * Has what quiet hours keep back from a user, or from everybody, looked at again in so many seconds, whether or not the
 * tenant has set some itself. Those who wait for that already wait with them.
 */
export async function planRelease(
  { sql }: Tx,
  tenantId: string,
  userId: string | null,
  seconds: number,
): Promise<void> {
  const userIds = userId === null ? null : [toUuid("user", userId)];
  await sql`
    insert into quiet_hours (tenant_id, of_categories, release_at, release_user_ids)
    values (${toUuid("tenant", tenantId)}, '{}', now() + make_interval(secs => ${seconds}), ${userIds}::uuid[])
    on conflict (tenant_id) do update set release_at = excluded.release_at,
      release_user_ids = case
        when quiet_hours.release_at is null then excluded.release_user_ids
        when excluded.release_user_ids is not null and cardinality(quiet_hours.release_user_ids) < ${MAX_RELEASED}
          then quiet_hours.release_user_ids || excluded.release_user_ids
      end`;
}

/** Tenants for which that time has come. Runs as the dispatcher, across tenants. */
export async function listDueReleases({ sql }: Tx, limit: number): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    select tenant_id from quiet_hours where release_at <= now() order by release_at limit ${limit}`;
  return rows.map((row) => fromUuid("tenant", row.tenant_id));
}

/**
 * Ends the wait and says for whom that was, null being everybody; undefined when somebody was faster, or a later change
 * has put it off.
 */
export async function takeRelease({ sql }: Tx, tenantId: string): Promise<string[] | null | undefined> {
  const [taken] = await sql<{ userIds: string[] | null }[]>`
    with due as (
      select release_user_ids from quiet_hours
      where tenant_id = ${toUuid("tenant", tenantId)} and release_at <= now() for update
    )
    update quiet_hours q set release_at = null, release_user_ids = null from due
    where q.tenant_id = ${toUuid("tenant", tenantId)}
    returning due.release_user_ids as "userIds"`;
  return taken && (taken.userIds?.map((userId) => fromUuid("user", userId)) ?? null);
}
