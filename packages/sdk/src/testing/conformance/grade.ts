import type { ConformanceReport } from "./conformance.ts";

/** How much a plugin offers beyond being sound, from little to much. */
export const GRADES = ["bronze", "silver", "gold"] as const;
export type Grade = (typeof GRADES)[number];

/**
 * The grade that a report is worth: each grade needs all that it names and all that the ones below it need. None where a
 * required check fails.
 */
export function gradeOf({ checks, merits }: Pick<ConformanceReport, "checks" | "merits">): Grade | null {
  const missing = [...checks, ...merits].filter((check) => !check.ok).map((check) => check.neededFor);
  const reached = GRADES.findIndex((grade) => missing.includes(grade));
  if (reached < 0) return "gold";
  return GRADES[reached - 1] ?? null;
}
