import { m } from "#messages";
import { getLocale } from "#runtime";
import type { Money } from "../api/client.ts";

/** ¥0.045, exact to the last decimal: the amount stays a text until it is written. */
export function formatMoney({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat(getLocale(), {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
  });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** ¥5.00 + US$0.01: what is in different currencies is not added up. */
export function formatSum(amounts: readonly Money[]): string {
  const [first, ...others] = amounts.map(formatMoney);
  return others.reduce((one, other) => m.costs_sum({ one, other }), first ?? "—");
}
