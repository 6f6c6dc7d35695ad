import type { Tx } from "../../platform/database/index.ts";
import { isDropped } from "./deferral.repository.ts";

/** The narrowest identity that counts for row `t`: bound to the channel, to the source, or to all. */
export const identityOf = ({ sql }: Tx, tenant: string) => sql`
  select address, scope from identities
  where tenant_id = ${tenant} and user_id = t.user_id and kind = t.kind
    and (scope = 'all' or (scope = 'source' and scope_id = t.source_id)
      or (scope = 'channel' and scope_id = t.channel_id))
  order by scope desc limit 1`;

/**
 * Why row `a` cannot be sent, by the first reason that holds; null when it can. The row has `external_id` and `user_id`
 * (a user that was named and the one that was found), `chosen_address`, `quiet_until`, the `category` and `options` of
 * its message, and the `kind`, `channel_id` and `source_id` it goes by. Caps are judged behind it: they count only what
 * nothing else keeps back.
 */
export const reasonOf = (tx: Tx) => tx.sql`case
  when a.external_id is not null and a.user_id is null then 'user_unknown'
  when a.chosen_address is null then 'no_address'
  when ${isDropped(tx)} then 'quiet_hours' end`;
