import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { listVerdictOf } from "../../recipient-lists/index.ts";
import { suppressionOf } from "../../suppressions/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { allowanceVerdictOf } from "./allowances.repository.ts";
import { withCaps } from "./capping.repository.ts";
import { isDropped, quietUntilOf } from "./deferral.repository.ts";
import { duplicateOf } from "./duplicates.repository.ts";
import type { Restraints } from "./restraints.ts";

/**
 * The narrowest identity that counts for row `t`: bound to the channel, to the source, or to all. There is none of the
 * kinds that reach users under their own ids.
 */
const identityOf = ({ sql }: Tx, tenant: string, userKinds: readonly string[]) => sql`
  select address, scope from identities
  where tenant_id = ${tenant} and user_id = t.user_id and kind = t.kind
    ${userKinds.length > 0 ? sql`and not ${isOfUser({ sql }, userKinds)}` : sql``}
    and (scope = 'all' or (scope = 'source' and scope_id = t.source_id)
      or (scope = 'channel' and scope_id = t.channel_id))
  order by scope desc limit 1`;

/** Whether row `t` goes by a kind that reaches users under their own ids. */
const isOfUser = ({ sql }: Pick<Tx, "sql">, userKinds: readonly string[]) =>
  sql`(t.kind = any(${[...userKinds]}::text[]))`;

/** Why row `a` cannot be sent, by the first reason that holds but for the caps; null when it can. */
const reasonOf = (
  tx: Tx,
  tenant: string,
  { quietHours, countedKinds }: Restraints,
  messages: Fragment,
) => tx.sql`case
  when a.external_id is not null and a.user_id is null then 'user_unknown'
  when a.kind is null then ${REASONS.channelGone}
  when a.chosen_address is null then 'no_address'
  else coalesce(
    ${suppressionOf(tx, tenant)},
    ${listVerdictOf(tx, tenant)},
    ${duplicateOf(tx, tenant)}
    ${countedKinds.length > 0 ? tx.sql`, ${allowanceVerdictOf(tx, tenant, countedKinds, messages)}` : tx.sql``}
    ${quietHours ? tx.sql`, case when ${isDropped(tx)} then ${REASONS.quietHours} end` : tx.sql``}) end`;

/**
 * Judges a target: its rows with the address that each would go to (`chosen_address`, `origin`), the `reason` why it
 * cannot, the `state` that it begins in, the `cap` that it is over, and `deferred_until`, the end of the quiet hours that
 * it waits for. Whatever makes deliveries or explains them asks here, so that they cannot disagree. Caps are judged last: they count only what nothing
 * else keeps back.
 *
 * A target has a row for each recipient and channel: `external_id` and `user_id` (a user that was named and the one that
 * was found) or a typed `address`, the row's own `variables`, the `kind`, `channel_id` and `source_id` it goes by (the kind
 * is null where the channel has been deleted), and of its message `message_id`, `category`, `options` and `content_key`. Its other columns pass through. `messages`
 * are the rows of the target's messages, where they are not those of the table.
 */
export function judge(
  tx: Tx,
  tenant: string,
  target: Fragment,
  restraints: Restraints,
  messages = tx.sql`select * from messages where tenant_id = ${tenant}`,
): Fragment {
  const { sql } = tx;
  const { quietHours, caps, userKinds } = restraints;
  // A typed address of such a kind is nobody's.
  const ofUserOr = (own: Fragment, other: Fragment) =>
    userKinds.length > 0
      ? sql`case when ${isOfUser(tx, userKinds)} then case when t.user_id is not null then ${own} end else ${other} end`
      : other;
  const scope = sql`case when t.address is not null then 'custom' else i.scope::text end`;
  // OFFSET keeps a row from being judged again for each column that asks for its reason.
  const judged = sql`
    select a.*, ${reasonOf(tx, tenant, restraints, messages)} as first_reason
    from (
      select t.*, ${ofUserOr(sql`t.external_id`, sql`coalesce(t.address, i.address)`)} as chosen_address,
        (${ofUserOr(sql`'user'`, scope)})::address_origin as origin,
        ${quietUntilOf(tx, tenant, quietHours)} as quiet_until
      from (${target}) t left join lateral (${identityOf(tx, tenant, userKinds)}) i on true
    ) a offset 0`;
  const deferredUntil = quietHours
    ? sql`case when j.reason is null then j.quiet_until end`
    : sql`null::timestamptz`;
  // Nobody is left out by a channel that is gone: sending through it fails, before it is tried.
  const state = sql`case when j.reason is null then 'ready' when j.reason = ${REASONS.channelGone} then 'failed'
    else 'suppressed' end::delivery_state`;
  return sql`select j.*, ${state} as state, ${deferredUntil} as deferred_until
    from (${withCaps(tx, tenant, caps, judged)}) j`;
}
