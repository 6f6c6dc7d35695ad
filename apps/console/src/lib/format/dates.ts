import { getLocale } from "#runtime";
import { timeZone } from "./time-zone.svelte.ts";

const formats = {
  /** 2026年11月23日 · Nov 23, 2026 */
  date: { year: "numeric", month: "short", day: "numeric" },
  /** 2026年11月23日 14:05 */
  minute: { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
  /** With seconds: timelines and logs. */
  second: {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
  /** 14:05 */
  time: { hour: "2-digit", minute: "2-digit" },
  /** 11月23日, on a chart's axis. */
  day: { month: "short", day: "numeric" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateFormat = keyof typeof formats;

/** An instant in the tenant's zone. */
export function formatDate(instant: string | Date, format: DateFormat = "minute", zone = timeZone()): string {
  return new Intl.DateTimeFormat(getLocale(), {
    ...formats[format],
    hourCycle: "h23",
    timeZone: zone,
  }).format(new Date(instant));
}

/** The instant to the second with the zone it is read in: what a tooltip says. */
export function formatExact(instant: string | Date, zone = timeZone()): string {
  return `${formatDate(instant, "second", zone)} (${zone})`;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
];

/** 3 分钟前 · in 2 hours; past a week away the date says more than a count of weeks. */
export function formatRelative(instant: string | Date, now = Date.now()): string {
  let amount = (new Date(instant).getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(getLocale(), { numeric: "auto", style: "short" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(amount) < size) return relative.format(Math.trunc(amount), unit);
    amount /= size;
  }
  return formatDate(instant, "date");
}
