import { m } from "#messages";
import type { MessageCategory } from "../api/client.ts";

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
