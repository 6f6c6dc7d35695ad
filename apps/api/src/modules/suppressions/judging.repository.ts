import type { Fragment, Tx } from "../../platform/database/index.ts";
import { SUPPRESSION_REASONS } from "./suppression.rules.ts";

/**
 * The reason of the entry that keeps row `a` back, as a piece of the statements that make or send deliveries; null where
 * none does. The row has `external_id` (the tenant's own id of the user), `chosen_address`, `kind` and `source_id`. A
 * tenant without entries is found out once a statement; each look-up is a sub-select with a limit, which is always an
 * index probe, while an `exists` could become a hash of the whole table.
 */
export const suppressionOf = ({ sql }: Tx, tenant: string): Fragment => {
  const reason = sql`${JSON.stringify(SUPPRESSION_REASONS)}::jsonb ->> s.origin::text`;
  const holds = sql`(s.source_id is null or s.source_id = a.source_id)
    and (s.expires_at is null or s.expires_at > now())`;
  return sql`case when (select exists(select from suppressions where tenant_id = ${tenant})) then coalesce(
    (select ${reason} from suppressions s
      where s.tenant_id = ${tenant} and s.address_key = any(array[address_key(a.chosen_address),
        substring(address_key(a.chosen_address) from '@.*$')])
        and s.user_id is null and s.kind = a.kind and ${holds} order by s.id limit 1),
    (select ${reason} from suppressions s
      where s.tenant_id = ${tenant} and s.address_key is null and s.user_id = a.external_id
        and (s.kind is null or s.kind = a.kind) and ${holds} order by s.id limit 1)) end`;
};
