import { m } from "#messages";
import { getLocale } from "#runtime";
import type { Repeat } from "../api/client.ts";
import { formatDate } from "../format/dates.ts";
import type { FieldErrors } from "../forms/form-state.svelte.ts";
import { required } from "../forms/rules.ts";

/** A repetition as the fields of a form have it. */
export interface RepeatFields {
  kind: "none" | Repeat["kind"];
  /** 1 is Monday. */
  weekdays: string[];
  day: string;
  until: string;
}

export const noRepeat = (): RepeatFields => ({ kind: "none", weekdays: [], day: "1", until: "" });

export const REPEAT_KINDS: Record<RepeatFields["kind"], () => string> = {
  none: m.series_repeat_none,
  daily: m.series_repeat_daily,
  weekly: m.series_repeat_weekly,
  monthly: m.series_repeat_monthly,
};

/** Undefined where nothing repeats, or something is missing. */
export function toRepeat({ kind, weekdays, day, until }: RepeatFields): Repeat | undefined {
  if (!until) return undefined;
  switch (kind) {
    case "none":
      return undefined;
    case "daily":
      return { kind, until };
    case "weekly":
      return weekdays.length > 0 ? { kind, weekdays: weekdays.map(Number).sort(), until } : undefined;
    case "monthly":
      return { kind, day: Number(day), until };
  }
}

export const repeatFaults = ({ kind, weekdays, until }: RepeatFields): FieldErrors =>
  kind === "none"
    ? {}
    : {
        "schedule/repeat/weekdays": kind === "weekly" ? required(weekdays) : undefined,
        "schedule/repeat/until": required(until),
      };

/** 星期一; 1 is Monday. */
export function weekdayName(weekday: number, length: "long" | "short" = "long"): string {
  // The first of January 2024 was a Monday.
  const date = new Date(Date.UTC(2024, 0, weekday));
  return new Intl.DateTimeFormat(getLocale(), { weekday: length, timeZone: "UTC" }).format(date);
}

/** A day (`2027-06-30`) as people write it. */
export const dayText = (day: string): string => formatDate(`${day}T00:00:00Z`, "date", "UTC");

/** 每周一、周三，到 2027年6月30日 */
export function repeatText(repeat: Repeat): string {
  const until = dayText(repeat.until);
  switch (repeat.kind) {
    case "daily":
      return m.series_daily_text({ until });
    case "weekly": {
      const days = repeat.weekdays.map((weekday) => weekdayName(weekday, "short"));
      return m.series_weekly_text({ days: days.join(m.messages_list_separator()), until });
    }
    case "monthly":
      return m.series_monthly_text({ day: repeat.day, until });
  }
}
