import type { schema } from "@tidings/db";
import { type AskedMoney, sumByCurrency, toMoney } from "../costs/index.ts";
import { MEASURES, type Measure, type MessageTotal } from "../statistics/index.ts";

export type Counts = Record<Measure, number>;

/**
 * How many recipients a message has: each gets a delivery on every channel of the first step, sendable or not, so any one
 * of those channels has targeted them all. Only a message that repeats deliveries has others for each channel.
 */
export function recipientsOf(totals: readonly MessageTotal[], audience: schema.Audience): number {
  if (audience.kind === "deliveries") return totals.length > 0 ? audience.recipientCount : 0;
  const byChannel = new Map<string, number>();
  for (const { step, measure, channelId, count } of totals) {
    if (step === 0 && measure === "targeted")
      byChannel.set(channelId, (byChannel.get(channelId) ?? 0) + count);
  }
  return Math.max(0, ...byChannel.values());
}

type Total = Pick<MessageTotal, "measure" | "reason" | "count">;

/** What the vendors' units have cost so far, by currency; empty where no channel had a price. */
export const costOf = (totals: readonly Total[]): AskedMoney[] =>
  sumByCurrency(
    totals.flatMap(({ measure, reason, count }) =>
      measure === "cost" ? [{ amount: count, currency: reason }] : [],
    ),
  ).map(toMoney);

/** How many units the vendors bill. */
export const unitsOf = (totals: readonly Total[]): number =>
  totals.reduce((sum, { measure, count }) => (measure === "units" ? sum + count : sum), 0);

/** Adds the totals up by measure; what was never counted is 0. */
export function countsOf(totals: readonly Pick<MessageTotal, "measure" | "count">[]): Counts {
  const counts = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Counts;
  for (const { measure, count } of totals) {
    if (measure !== "units" && measure !== "cost") counts[measure] += count;
  }
  return counts;
}
