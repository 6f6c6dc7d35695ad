import { invalidField } from "../../platform/errors.ts";

/** What is counted; a delivery counts at most once in each measure. */
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
  "recalled",
  "wasted",
] as const;
export type Measure = (typeof MEASURES)[number];

/** What is added up beside the counts: the units that vendors bill, and what they cost. */
export const SUMS = ["units", "cost"] as const;
export type Sum = (typeof SUMS)[number];
export type Counts = Record<Measure, number>;

/** Days of the tenant's calendar, both included. */
export interface Period {
  /** `2025-01-31` */
  from: string;
  to: string;
}

/** Longest period of one report. */
export const MAX_DAYS = 92;

const MS_PER_DAY = 86_400_000;

/** Every day of a period. Throws when the period is reversed or too long. */
export function daysOf({ from, to }: Period): string[] {
  const firstAt = Date.parse(`${from}T00:00:00Z`);
  const dayCount = (Date.parse(`${to}T00:00:00Z`) - firstAt) / MS_PER_DAY + 1;
  if (dayCount < 1) throw invalidField("?to", `The period ends on ${to}, before it begins on ${from}.`);
  if (dayCount > MAX_DAYS) {
    throw invalidField("?to", `The period has ${dayCount} days; ${MAX_DAYS} are possible.`, "too_long");
  }
  return Array.from({ length: dayCount }, (_, day) =>
    new Date(firstAt + day * MS_PER_DAY).toISOString().slice(0, 10),
  );
}

/** All measures; what was not counted is 0. */
export function completeCounts(counts: Partial<Counts>): Counts {
  return Object.fromEntries(MEASURES.map((measure) => [measure, counts[measure] ?? 0])) as Counts;
}

export function sumCounts(items: readonly Counts[]): Counts {
  return Object.fromEntries(
    MEASURES.map((measure) => [measure, items.reduce((sum, counts) => sum + counts[measure], 0)]),
  ) as Counts;
}
