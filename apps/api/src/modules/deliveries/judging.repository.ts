import type { Fragment, Tx } from "../../platform/database/index.ts";
import { listVerdictOf } from "../recipient-lists/index.ts";
import { suppressionOf } from "../suppressions/index.ts";
import { duplicateOf } from "./duplicates.repository.ts";

/** The narrowest identity that counts for row `t`: bound to the channel, to the source, or to all. */
const identityOf = ({ sql }: Tx, tenant: string) => sql`
  select address, scope from identities
  where tenant_id = ${tenant} and user_id = t.user_id and kind = t.kind
    and (scope = 'all' or (scope = 'source' and scope_id = t.source_id)
      or (scope = 'channel' and scope_id = t.channel_id))
  order by scope desc limit 1`;

/** Why row `a` cannot be sent, by the first reason that holds; null when it can. */
const reasonOf = (tx: Tx, tenant: string) => tx.sql`case
  when a.external_id is not null and a.user_id is null then 'user_unknown'
  when a.chosen_address is null then 'no_address'
  else coalesce(
    ${suppressionOf(tx, tenant)},
    ${listVerdictOf(tx, tenant)},
    ${duplicateOf(tx, tenant)}) end`;

/**
 * Judges a target: its rows with the address that each would go to (`chosen_address`, `origin`), and the `reason` why it
 * cannot. Whatever makes deliveries or explains them asks here, so that they cannot disagree.
 *
 * A target has a row for each recipient and channel: `external_id` and `user_id` (a user that was named and the one that
 * was found) or a typed `address`, the row's own `variables`, the `kind`, `channel_id` and `source_id` it goes by, and of
 * its message `message_id`, `options` and `content_key`. Its other columns pass through.
 */
export const judge = (tx: Tx, tenant: string, target: Fragment): Fragment => tx.sql`
  select a.*, ${reasonOf(tx, tenant)} as reason
  from (
    select t.*, coalesce(t.address, i.address) as chosen_address,
      case when t.address is not null then 'custom' else i.scope::text end::address_origin as origin
    from (${target}) t left join lateral (${identityOf(tx, tenant)}) i on true
  ) a`;
