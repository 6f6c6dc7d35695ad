import { m } from "#messages";
import { formatDate } from "../../format/dates.ts";
import type { Compose } from "./compose.svelte.ts";

/** What would happen if it were sent now; undefined where quiet hours would do nothing. */
export function quietHoursNow({ draft, category, options }: Compose): string | undefined {
  const endsAt = options.quietHours.endsAt[category];
  if (!endsAt || draft.when !== "now" || draft.quietHours === "ignore") return undefined;
  const time = formatDate(endsAt, isToday(endsAt) ? "time" : "minute");
  return draft.quietHours === "drop"
    ? m.compose_quiet_hours_now_drop({ time })
    : m.compose_quiet_hours_now_defer({ time });
}

const isToday = (at: string) => Date.parse(at) - Date.now() < 24 * 3_600_000;
