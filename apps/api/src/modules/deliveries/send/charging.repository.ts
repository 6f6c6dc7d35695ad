import type { Fragment, Tx } from "../../../platform/database/index.ts";
import type { Money } from "../../costs/index.ts";
import type { Charge } from "./charges.rules.ts";

/** What a price adds to the statement that settles a batch; nothing where there is none. */
export interface Charging {
  /** Of an accepted delivery `d`, to be set. */
  accepted: Fragment;
  /** The same of an exception `e`, which may turn out to have been accepted. */
  excepted: Fragment;
  /** What the accepted ones add up to, as further counts. */
  counts: Fragment;
}

export function charging({ sql }: Tx, price: Money | null, charges: readonly Charge[]): Charging {
  if (!price) return { accepted: sql``, excepted: sql``, counts: sql`` };
  const { amount, currency } = price;
  const usual = charges[0]?.unitCount ?? 1;
  const others = charges.filter(({ unitCount }) => unitCount !== usual);
  // An object of those that differ leaves the plan as it is without a price; a join of two thousand rows would not.
  const byId = JSON.stringify(Object.fromEntries(others.map(({ id, unitCount }) => [id, unitCount])));
  const units = sql`coalesce((${byId}::jsonb -> d.id::text)::smallint, ${usual}::smallint)`;
  return {
    accepted: sql`, unit_count = ${units}, cost = ${units} * ${amount}::integer, currency = ${currency}`,
    excepted: sql`, unit_count = e."unitCount", cost = e."unitCount" * ${amount}::integer,
      currency = case when e."unitCount" is not null then ${currency} end`,
    counts: sql`union all
      select message_id, step, hour, 'units', '', sum(unit_count) from accepted group by 1, 2, 3
      union all
      select message_id, step, hour, 'cost', currency, sum(cost) from accepted group by 1, 2, 3, 5`,
  };
}
