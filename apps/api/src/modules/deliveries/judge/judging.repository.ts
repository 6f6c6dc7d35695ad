import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { listVerdictOf } from "../../recipient-lists/index.ts";
import { suppressionOf } from "../../suppressions/index.ts";
import { isCancelledFor } from "../cancelled-for.repository.ts";
import { REASONS } from "../delivery.rules.ts";
import { allowanceVerdictOf } from "./allowances.repository.ts";
import { withCaps } from "./capping.repository.ts";
import { isDropped, quietUntilOf } from "./deferral.repository.ts";
import { duplicateOf } from "./duplicates.repository.ts";
import type { Restraints } from "./restraints.ts";

/** What an identity must fit: the kind of the channel, and the channel and source themselves. */
interface Way {
  kind: Fragment;
  sourceId: Fragment;
  channelId: Fragment;
}

/** The way through a channel; undefined when it is gone, or reaches users under their own ids. */
export const wayThrough = (
  { sql }: Pick<Tx, "sql">,
  channel: { id: string; kind: string | null },
  sourceId: string | null,
  { userKinds }: Pick<Restraints, "userKinds">,
): Way | undefined =>
  channel.kind === null || userKinds.includes(channel.kind)
    ? undefined
    : { kind: sql`${channel.kind}`, sourceId: sql`${sourceId}::uuid`, channelId: sql`${channel.id}::uuid` };

/** Whether an identity counts for what goes that way: it is bound to the channel, to the source, or to all. */
const countsFor = ({ sql }: Tx, tenant: string, { kind, sourceId, channelId }: Way) => sql`
  tenant_id = ${tenant} and kind = ${kind}
  and (scope = 'all' or (scope = 'source' and scope_id = ${sourceId})
    or (scope = 'channel' and scope_id = ${channelId}))`;

/** Users all of whom are reached the same way, by a channel that there is, and not under their own ids. */
export interface OneWay {
  way: Way;
  /** Whether an identity's `user_id` is one of theirs; it may be somebody else's too. */
  among: Fragment;
}

/**
 * Target rows `t` with the narrowest identity `i` that counts for each. There is none of the kinds that reach users under
 * their own ids.
 */
function withIdentity(tx: Tx, tenant: string, target: Fragment, userKinds: readonly string[]): Fragment {
  const { sql } = tx;
  const way = { kind: sql`t.kind`, sourceId: sql`t.source_id`, channelId: sql`t.channel_id` };
  return sql`(${target}) t left join lateral (
    select address, scope from identities
    where ${countsFor(tx, tenant, way)} and user_id = t.user_id
      ${userKinds.length > 0 ? sql`and not ${isOfUser(tx, userKinds)}` : sql``}
    order by scope desc limit 1) i on true`;
}

/**
 * The same where all are reached one way: one scan of the index for all costs a third of a probe for each. The full join
 * is a left join that cannot become a nested loop; rows without a message are to be left out.
 */
function withIdentityOfOneWay(tx: Tx, tenant: string, target: Fragment, { way, among }: OneWay): Fragment {
  return tx.sql`(${target}) t full join (
    select distinct on (user_id) user_id, address, scope from identities
    where ${countsFor(tx, tenant, way)} and ${among}
    order by user_id, scope desc) i on i.user_id = t.user_id`;
}

/** Whether row `t` goes by a kind that reaches users under their own ids. */
const isOfUser = ({ sql }: Pick<Tx, "sql">, userKinds: readonly string[]) =>
  sql`(t.kind = any(${[...userKinds]}::text[]))`;

/** Why row `a` cannot be sent, by the first reason that holds but for the caps; null when it can. */
const reasonOf = (
  tx: Tx,
  tenant: string,
  { quietHours, countedKinds, areUsersCancelled }: Restraints,
  messages: Fragment,
) => tx.sql`case
  when a.external_id is not null and a.user_id is null then 'user_unknown'
  when a.kind is null then ${REASONS.channelGone}
  when a.chosen_address is null then 'no_address'
  else coalesce(
    ${areUsersCancelled ? tx.sql`case when ${isCancelledFor(tx, tenant, tx.sql`a`)} then ${REASONS.userCancelled} end,` : tx.sql``}
    ${suppressionOf(tx, tenant)},
    ${listVerdictOf(tx, tenant)},
    ${duplicateOf(tx, tenant)}
    ${countedKinds.length > 0 ? tx.sql`, ${allowanceVerdictOf(tx, tenant, countedKinds, messages)}` : tx.sql``}
    ${quietHours ? tx.sql`, case when ${isDropped(tx)} then ${REASONS.quietHours} end` : tx.sql``}) end`;

/** What `judge` may be told of its target. */
interface Judging {
  messages?: Fragment;
  oneWay?: OneWay | undefined;
}

/**
 * Judges a target: its rows with the address that each would go to (`chosen_address`, `origin`), the `reason` why it
 * cannot, the `state` that it begins in, the `cap` that it is over, and `deferred_until`, the end of the quiet hours that
 * it waits for. Whatever makes deliveries or explains them asks here, so that they cannot disagree. Caps are judged last: they count only what nothing
 * else keeps back.
 *
 * A target has a row for each recipient and channel: `external_id` and `user_id` (a user that was named and the one that
 * was found) or a typed `address`, the row's own `variables`, the `kind`, `channel_id` and `source_id` it goes by (the kind
 * is null where the channel has been deleted), and of its message `message_id`, `category`, `options` and `content_key`. Its other columns pass through. `messages`
 * are the rows of the target's messages, where they are not those of the table; `oneWay` is who its rows are, if all go
 * the same way.
 */
export function judge(
  tx: Tx,
  tenant: string,
  target: Fragment,
  restraints: Restraints,
  { messages = tx.sql`select * from messages where tenant_id = ${tenant}`, oneWay }: Judging = {},
): Fragment {
  const { sql } = tx;
  const { quietHours, caps, userKinds } = restraints;
  // A typed address of such a kind is nobody's.
  const ofUserOr = (own: Fragment, other: Fragment) =>
    userKinds.length > 0
      ? sql`case when ${isOfUser(tx, userKinds)} then case when t.user_id is not null then ${own} end else ${other} end`
      : other;
  // Constants of the column's type: text would be turned into it anew for every row.
  const origin = sql`case when t.address is not null then 'custom'::address_origin
    when i.scope = 'all' then 'all' when i.scope = 'source' then 'source' when i.scope = 'channel' then 'channel' end`;
  const addressed = oneWay
    ? withIdentityOfOneWay(tx, tenant, target, oneWay)
    : withIdentity(tx, tenant, target, userKinds);
  // OFFSET keeps a row from being judged again for each column that asks for its reason.
  const judged = sql`
    select a.*, ${reasonOf(tx, tenant, restraints, messages)} as first_reason
    from (
      select t.*, ${ofUserOr(sql`t.external_id`, sql`coalesce(t.address, i.address)`)} as chosen_address,
        ${ofUserOr(sql`'user'::address_origin`, origin)} as origin,
        ${quietUntilOf(tx, tenant, quietHours)} as quiet_until
      from ${addressed} offset 0
    ) a ${oneWay ? sql`where a.message_id is not null` : sql``} offset 0`;
  const deferredUntil = quietHours
    ? sql`case when j.reason is null then j.quiet_until end`
    : sql`null::timestamptz`;
  // Nobody is left out by a channel that is gone: sending through it fails, before it is tried.
  const state = sql`case when j.reason is null then 'ready'::delivery_state
    when j.reason = ${REASONS.channelGone} then 'failed' when j.reason = ${REASONS.userCancelled} then 'cancelled'
    else 'suppressed' end`;
  return sql`select j.*, ${state} as state, ${deferredUntil} as deferred_until
    from (${withCaps(tx, tenant, caps, judged)}) j`;
}
