import type { Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import { defaultChoice, type QuietNow } from "../../quiet-hours/index.ts";
import type { MessageCategory } from "../../templates/index.ts";
import { REMEMBER_MS } from "./restraints.ts";

/*
 * Quiet hours in the statements that make deliveries. Rows have the `category` and `options` of their message and the
 * `user_id` they are for. Where nobody's quiet hours are on, none of it is in the statement.
 */

/** When the quiet hours of row `t` end; null when it is not quiet for it, or the message goes out all the same. */
export function quietUntilOf({ sql }: Tx, tenant: string, quiet: QuietNow | undefined) {
  if (!quiet) return sql`null::timestamptz`;
  const byCategory = JSON.stringify(quiet.byCategory);
  const ofTenant = sql`${byCategory}::jsonb ->> t.category::text`;
  const until = quiet.hasOwn
    ? sql`nullif(coalesce((select coalesce(${JSON.stringify(quiet.byFingerprint)}::jsonb ->> q.fingerprint, '')
        from user_quiet_hours q where q.tenant_id = ${tenant} and q.user_id = t.user_id), ${ofTenant}), '')`
    : ofTenant;
  return sql`case when ${choiceOf(sql, quiet)} <> 'ignore' then (${until})::timestamptz end`;
}

/** What the message of row `t` does in quiet hours. */
const choiceOf = (sql: Tx["sql"], quiet: QuietNow) => sql`coalesce(t.options ->> 'quietHours',
  case when t.category = 'critical' then ${defaultChoice("critical", quiet)} else 'defer' end)`;

/** Whether row `a` is left out because it is quiet for it. */
export const isDropped = ({ sql }: Tx) =>
  sql`a.quiet_until is not null and a.options ->> 'quietHours' = 'drop'`;

/** What the chunks of deferred rows need, so that those of a chunk are due together: at the end of the quiet hours. */
export function dueTogether({ sql }: Tx, quiet: QuietNow | undefined) {
  if (!quiet)
    return { column: sql``, made: sql``, value: sql``, perDue: sql``, byDue: sql``, inOrder: sql`` };
  return {
    column: sql`, due_at`,
    made: sql`, deferred_until`,
    value: sql`, coalesce(min(deferred_until), now()) as due_at`,
    perDue: sql`, deferred_until`,
    byDue: sql`, deferred_until nulls first`,
    inOrder: sql`order by deferred_until nulls first`,
  };
}

/** What of a begun chunk is still to go. */
export interface RowsToGo {
  tenantId: string;
  category: MessageCategory;
  nextId: string;
  lastId: string;
}

/** Which of a chunk's users have quiet hours of their own, by the id of their delivery. */
export async function listOwnQuietHours({ sql }: Tx, work: RowsToGo): Promise<Map<string, string>> {
  const tenant = toUuid("tenant", work.tenantId);
  const rows = await sql<{ id: string; fingerprint: string }[]>`
    select d.id, q.fingerprint from deliveries d
    join user_quiet_hours q on q.tenant_id = ${tenant} and q.user_id = d.user_id
    where d.tenant_id = ${tenant} and d.id between ${work.nextId} and ${work.lastId} and d.state = 'ready'`;
  return new Map(rows.map(({ id, fingerprint }) => [id, fingerprint]));
}

/** Writes down until when deliveries of a chunk are kept back. */
export async function deferReady(
  { sql }: Tx,
  { tenantId }: Pick<RowsToGo, "tenantId">,
  deferred: readonly { id: string; until: Date }[],
): Promise<void> {
  await sql`
    update deliveries d set deferred_until = w.until, changed_at = now()
    from jsonb_to_recordset(${JSON.stringify(deferred)}::jsonb) as w(id bigint, until timestamptz)
    where d.tenant_id = ${toUuid("tenant", tenantId)} and d.id = w.id and d.state = 'ready'
      and d.deferred_until is distinct from w.until`;
}

/**
 * Has chunks that wait for the end of quiet hours looked at again, because the hours have been changed, of everybody or
 * of these users: as soon as no process remembers the ones before.
 */
export async function releaseDeferred(
  { sql }: Tx,
  tenantId: string,
  userIds: readonly string[] | null,
): Promise<void> {
  const tenant = toUuid("tenant", tenantId);
  const users = userIds?.map((userId) => toUuid("user", userId));
  // Found by the users: their deliveries are few, and what is kept back may be a million.
  const theirs = users
    ? sql`and c.id = any(array(
        select k.id from (
          select d.id, d.message_id from deliveries d
          where d.tenant_id = ${tenant} and d.user_id = any(${users}::uuid[]) and d.state = 'ready'
            and d.deferred_until > now() offset 0
        ) d join chunks k on k.tenant_id = ${tenant} and k.message_id = d.message_id
          and d.id between k.first_id and k.last_id))`
    : sql``;
  await sql`
    update chunks c set due_at = now() + make_interval(secs => ${(2 * REMEMBER_MS) / 1000})
    where c.tenant_id = ${tenant} and c.state = 'ready' and c.due_at > now() and c.due_at <> 'infinity' ${theirs}
      and exists(select from deliveries d where d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id
        and d.state = 'ready' and d.deferred_until = c.due_at)`;
}
