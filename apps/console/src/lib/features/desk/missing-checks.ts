import type { ConformanceCheck } from "#lib/api/client.ts";
import { LISTING_GRADES, type ListingGrade } from "#lib/states/listing-states.ts";

export interface NextGrade {
  grade: ListingGrade;
  checks: ConformanceCheck[];
}

/** What a version lacks for the grade after its own; undefined at the highest one. */
export function missingForNext(
  grade: ListingGrade | null,
  checks: readonly ConformanceCheck[],
): NextGrade | undefined {
  const next = LISTING_GRADES[grade ? LISTING_GRADES.indexOf(grade) + 1 : 0];
  if (!next) return undefined;
  const upTo = LISTING_GRADES.slice(0, LISTING_GRADES.indexOf(next) + 1);
  return { grade: next, checks: checks.filter(({ ok, neededFor }) => !ok && upTo.includes(neededFor)) };
}
