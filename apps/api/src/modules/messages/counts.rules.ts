import { MEASURES, type Measure, type MessageTotal } from "../statistics/index.ts";

export type Counts = Record<Measure, number>;

/** Adds the totals up by measure; what was never counted is 0. */
export function countsOf(totals: readonly Pick<MessageTotal, "measure" | "count">[]): Counts {
  const counts = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Counts;
  for (const { measure, count } of totals) counts[measure] += count;
  return counts;
}
