import type { schema } from "@tidings/db";
import { toInstant, toWallClock } from "../../platform/zoned-time.ts";

export type Repeat = schema.Repeat;

/** When something recurs: from `startsAt`, at its time of the day in the zone, on the days that `repeat` says. */
export interface Recurrence {
  startsAt: Date;
  timeZone: string;
  repeat: Repeat;
}

export interface Occurrence {
  /** The day in the zone; there is at most one occurrence a day. */
  on: string;
  at: Date;
}

const DAY_MS = 86_400_000;
/** A series lasts a year at most: after that somebody should look at it again. */
export const MAX_DAYS = 366;

/** All occurrences, in order: a year's at most. */
export function occurrencesOf({ startsAt, timeZone, repeat }: Recurrence): Occurrence[] {
  const { on: first, timeOfDayMs } = toWallClock(startsAt, timeZone);
  return daysFrom(first, repeat.until)
    .filter((on) => recursOn(repeat, on))
    .map((on) => ({ on, at: on === first ? startsAt : toInstant(on, timeOfDayMs, timeZone) }));
}

/** The first occurrence after the day that is not settled; from the beginning when no day is given. */
export const nextOccurrence = (
  recurrence: Recurrence,
  afterDay = "",
  settled: ReadonlySet<string> = new Set(),
): Occurrence | undefined => occurrencesOf(recurrence).find(({ on }) => on > afterDay && !settled.has(on));

function daysFrom(first: string, until: string): string[] {
  const firstMs = Date.parse(first);
  const count = Math.min(Math.floor((Date.parse(until) - firstMs) / DAY_MS) + 1, MAX_DAYS + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    new Date(firstMs + index * DAY_MS).toISOString().slice(0, 10),
  );
}

function recursOn(repeat: Repeat, on: string): boolean {
  const date = new Date(on);
  switch (repeat.kind) {
    case "daily":
      return true;
    case "weekly":
      return repeat.weekdays.includes(date.getUTCDay() || 7);
    case "monthly":
      return date.getUTCDate() === Math.min(repeat.day, daysInMonth(date));
  }
}

const daysInMonth = (date: Date) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** An occurrence that could not begin in time is sent late for so long; later it is missed, never made up for. */
const LATE_MS = 10 * 60_000;

/** What becomes of an occurrence whose time has come. */
export function judgeOccurrence(
  at: Date,
  state: "pending_approval" | "active",
  now: Date,
): "begin" | "too_late" | "not_approved" {
  if (state === "pending_approval") return "not_approved";
  return now.getTime() - at.getTime() > LATE_MS ? "too_late" : "begin";
}
