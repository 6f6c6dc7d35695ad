import { m } from "#messages";
import type { MessageCategory } from "../../api/client.ts";
import { formatDate } from "../../format/dates.ts";
import type { Compose } from "./compose.svelte.ts";

const texts: Record<string, () => string> = {
  defer: m.compose_quiet_hours_defer,
  drop: m.compose_quiet_hours_drop,
  ignore: m.compose_quiet_hours_ignore,
};

export const quietHoursOptions = (): { value: string; label: string }[] =>
  Object.entries(texts).map(([value, label]) => ({ value, label: label() }));

/** What becomes of a message that does not say. */
export const quietHoursDefault = (category: MessageCategory): string =>
  category === "critical" ? m.compose_quiet_hours_default_critical() : m.compose_quiet_hours_default();

export const quietHoursText = (choice: string, category: MessageCategory): string =>
  texts[choice]?.() ?? quietHoursDefault(category);

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
