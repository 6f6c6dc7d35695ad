/** What is counted of a message, in the order of the funnel. */
export const MEASURES = [
  "targeted",
  "valid",
  "submitted",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "suppressed",
  "failed",
  "unknown",
  "cancelled",
  "expired",
] as const;
export type Measure = (typeof MEASURES)[number];
export type Counts = Record<Measure, number>;

/** One count of the statistics. */
export interface MessageTotal {
  messageId: string;
  channelId: string;
  step: number;
  measure: Measure;
  count: number;
}

/** Adds the totals up by measure; what was never counted is 0. */
export function countsOf(totals: readonly MessageTotal[]): Counts {
  const counts = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Counts;
  for (const { measure, count } of totals) counts[measure] += count;
  return counts;
}
