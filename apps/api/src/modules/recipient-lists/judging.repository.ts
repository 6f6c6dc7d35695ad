import type { Fragment, Tx } from "../../platform/database/index.ts";

/**
 * Whether the message's list keeps row `a` out, as a reason; null where it has none, or lets it pass. The row has
 * `external_id` (the tenant's own id of the user), `chosen_address`, `kind` and the message's `options`. A deny list that
 * is gone keeps everybody out: nobody can say any more who was on it.
 */
export const listVerdictOf = (tx: Tx, tenant: string): Fragment => tx.sql`case
  when a.options ? 'denyListId' and (${isOnList(tx, tenant, "denyListId")} or not ${isThere(tx, tenant, "denyListId")})
    then 'on_deny_list'
  when a.options ? 'allowListId' and not ${isOnList(tx, tenant, "allowListId")} then 'not_on_allow_list' end`;

type ListOption = "allowListId" | "denyListId";

const isThere = ({ sql }: Tx, tenant: string, option: ListOption): Fragment => sql`coalesce((
  select true from recipient_lists l
  where l.tenant_id = ${tenant} and l.id = (a.options ->> ${option})::uuid limit 1), false)`;

/** Sub-selects with a limit are always index probes; an `exists` could become a hash of the whole table. */
const isOnList = ({ sql }: Tx, tenant: string, option: ListOption): Fragment => {
  const entryOf = sql`select true from recipient_list_entries e
    where e.tenant_id = ${tenant} and e.list_id = (a.options ->> ${option})::uuid`;
  return sql`coalesce(
    (${entryOf} and e.address_key is null and e.user_id = a.external_id limit 1),
    (${entryOf} and e.address_key = address_key(a.chosen_address) and e.user_id is null and e.kind = a.kind limit 1),
    false)`;
};
