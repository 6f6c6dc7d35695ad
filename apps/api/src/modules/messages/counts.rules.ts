import type { schema } from "@tidings/db";
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

/** Adds the totals up by measure; what was never counted is 0. */
export function countsOf(totals: readonly Pick<MessageTotal, "measure" | "count">[]): Counts {
  const counts = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Counts;
  for (const { measure, count } of totals) counts[measure] += count;
  return counts;
}
