import { m } from "#messages";
import type { Explanation } from "../../api/client.ts";
import { formatDate } from "../../format/dates.ts";

type Deferral = NonNullable<Explanation["quietHours"]["deferred"]>;

/** When those who wait for the end of quiet hours get it: a moment, or from the first to the last. */
export function deferralText({ earliestUntil, latestUntil }: Omit<Deferral, "count">): string {
  const from = formatDate(earliestUntil);
  if (earliestUntil === latestUntil) return from;
  return m.explain_between({ from, to: formatDate(latestUntil) });
}
