import { countDays, lastDays, MAX_DAYS, type Period } from "#lib/statistics/period.ts";
import { m } from "#messages";

/** Days that can be chosen with one click. */
export const PRESETS = ["7", "30", "90"] as const;

export interface ReportFilters extends Record<string, string> {
  period: string;
  from: string;
  to: string;
  source: string;
  channel: string;
}

export const REPORT_DEFAULTS: ReportFilters = { period: "7", from: "", to: "", source: "", channel: "" };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The days that the address asks for; what makes no sense falls back to the last seven. */
export function periodOf({ period, from, to }: Pick<ReportFilters, "period" | "from" | "to">): Period {
  if (period === "custom" && DAY.test(from) && DAY.test(to)) return { from, to };
  return lastDays(PRESETS.some((days) => days === period) ? Number(period) : Number(PRESETS[0]));
}

/** Why a period cannot be counted. */
export function periodFault(period: Period): string | undefined {
  const days = countDays(period);
  if (days < 1) return m.reports_period_reversed();
  return days > MAX_DAYS ? m.reports_period_too_long({ days, max: MAX_DAYS }) : undefined;
}
