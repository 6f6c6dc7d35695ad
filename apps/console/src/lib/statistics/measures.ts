import { m } from "#messages";
import type { FunnelCounts } from "../api/client.ts";
import { stateColors } from "../ui/chart/colors.ts";

export type Measure = keyof FunnelCounts;

/** What a delivery goes through, in order: each is counted at most as often as the one before. */
export const FUNNEL = ["targeted", "valid", "submitted", "delivered", "read", "clicked"] as const;

/** Where deliveries leave the way. */
export const LOSSES = [
  "suppressed",
  "failed",
  "undelivered",
  "unknown",
  "cancelled",
  "expired",
  "recalled",
] as const satisfies Measure[];

/** What is counted beside the way. */
export const BESIDE = ["wasted"] as const satisfies Measure[];

const names: Record<Measure, () => string> = {
  targeted: m.reports_targeted,
  valid: m.reports_valid,
  submitted: m.reports_submitted,
  delivered: m.delivery_delivered,
  read: m.reports_read,
  clicked: m.reports_clicked,
  suppressed: m.delivery_suppressed,
  failed: m.delivery_failed,
  undelivered: m.delivery_undelivered,
  unknown: m.delivery_unknown,
  cancelled: m.delivery_cancelled,
  expired: m.delivery_expired,
  recalled: m.delivery_recalled,
  wasted: m.reports_wasted,
};

const meanings: Record<Measure, () => string> = {
  targeted: m.reports_targeted_text,
  valid: m.reports_valid_text,
  submitted: m.reports_submitted_text,
  delivered: m.reports_delivered_text,
  read: m.reports_read_text,
  clicked: m.reports_clicked_text,
  suppressed: m.reports_suppressed_text,
  failed: m.reports_failed_text,
  undelivered: m.reports_undelivered_text,
  unknown: m.reports_unknown_text,
  cancelled: m.reports_cancelled_text,
  expired: m.reports_expired_text,
  recalled: m.reports_recalled_text,
  wasted: m.reports_wasted_text,
};

export const measureName = (measure: Measure): string => names[measure]();

/** What is counted, in one sentence. */
export const measureMeaning = (measure: Measure): string => meanings[measure]();

/** Lines of a trend: enough to see what goes out, what arrives, and what does not. */
export const TREND = ["submitted", "delivered", "read", "failed"] as const;

export const trendColor = (measure: (typeof TREND)[number]): string => stateColors[measure];

/** A share between 0 and 1; undefined where there is nothing to share. */
export function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
