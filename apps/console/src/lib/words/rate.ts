import { m } from "#messages";
import type { Message } from "../api/client.ts";
import { formatNumber } from "../format/numbers.ts";

export type Rate = Message["rate"];

/** A rate as a form holds it. */
export interface RateFields {
  speed: "fastest" | "perSecond" | "overMinutes";
  perSecond: number | undefined;
  overMinutes: number | undefined;
}

const MAX_PER_SECOND = 100_000;
const MAX_MINUTES = 10_080;

export const noRate = (): RateFields => ({ speed: "fastest", perSecond: undefined, overMinutes: undefined });

export function rateFields(rate: Rate): RateFields {
  if (!rate) return noRate();
  return "perSecond" in rate
    ? { ...noRate(), speed: "perSecond", perSecond: rate.perSecond }
    : { ...noRate(), speed: "overMinutes", overMinutes: rate.overMinutes };
}

export function toRate({ speed, perSecond, overMinutes }: RateFields): Rate {
  if (speed === "perSecond") return { perSecond: perSecond ?? 0 };
  return speed === "overMinutes" ? { overMinutes: overMinutes ?? 0 } : null;
}

/** What is wrong with a rate, by field. */
export function rateFaults({
  speed,
  perSecond,
  overMinutes,
}: RateFields): Record<string, string | undefined> {
  return {
    "rate/perSecond": speed === "perSecond" ? wholeUpTo(perSecond, MAX_PER_SECOND) : undefined,
    "rate/overMinutes": speed === "overMinutes" ? wholeUpTo(overMinutes, MAX_MINUTES) : undefined,
  };
}

function wholeUpTo(value: number | undefined, limit: number): string | undefined {
  if (value === undefined) return m.field_required();
  const isFine = Number.isInteger(value) && value >= 1 && value <= limit;
  return isFine ? undefined : m.rate_error({ limit: formatNumber(limit) });
}

export function rateText(rate: Rate): string {
  if (!rate) return m.rate_fastest();
  return "perSecond" in rate
    ? m.rate_per_second({ count: formatNumber(rate.perSecond) })
    : m.rate_over_minutes({ count: formatNumber(rate.overMinutes) });
}
