import type { schema } from "@tidings/db";
import { canonicalJson, sha256 } from "../../platform/crypto/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import { toInstant, toWallClock } from "../../platform/zoned-time.ts";
import { MESSAGE_CATEGORIES, type MessageCategory } from "../templates/index.ts";

/*
 * A window is a stretch of instants: it begins and ends when the wall clock of its zone shows so, by the rules of
 * `platform/zoned-time.ts`. Windows that touch or overlap are one stretch.
 */

export type QuietHours = schema.QuietHours;
type QuietWindow = schema.QuietWindow;

/** What a message does in quiet hours: it goes out when they are over, not at all, or all the same. */
export type QuietHoursChoice = NonNullable<schema.SendingOptions["quietHours"]>;

export interface QuietHoursSettings {
  ofTenant: QuietHours | null;
  /** In the place of the tenant's. */
  ofCategories: Partial<Record<MessageCategory, QuietHours>>;
}

/** Quiet hours that several users have as their own. */
export interface SharedQuietHours {
  fingerprint: string;
  quietHours: QuietHours;
}

/** Whose quiet hours it is at a moment, and when they end. */
export interface QuietNow {
  /** Of who has none of their own; a category that is missing is not quiet. */
  byCategory: Partial<Record<MessageCategory, Date>>;
  /** Of who has their own, by fingerprint; those that are missing are not quiet. */
  byFingerprint: Record<string, Date>;
  /** Some users have their own. */
  hasOwn: boolean;
  /** The tenant has said when even critical messages wait. */
  coversCritical: boolean;
}

/** Whose quiet hours hold for somebody. */
export const QUIET_HOURS_HOLDERS = ["user", "category", "tenant"] as const;
export type QuietHoursHolder = (typeof QUIET_HOURS_HOLDERS)[number];

/** Somebody to whom a message would go, as far as quiet hours go. */
export interface QuietSubject {
  category: MessageCategory;
  /** What the message says it does in quiet hours; undefined: nothing. */
  choice: QuietHoursChoice | undefined;
  /** The quiet hours that they have of their own. */
  own: QuietHours | undefined;
}

/** The quiet hours in which a message would find somebody, and what it does in them. */
export interface QuietHoursMet {
  of: QuietHoursHolder;
  timeZone: string;
  endsAt: Date;
  choice: QuietHoursChoice;
}

/** Different quiet hours that a tenant's users may have: each is worked out once a second while the tenant sends. */
export const MAX_SHARED = 500;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Further than a change of the clocks moves a window. */
const SLACK_MS = 3 * 3_600_000;
const WEEK_MINUTES = 7 * 24 * 60;

/** When the quiet hours are over in which the moment lies; undefined when it lies in none. */
export function quietUntil(quietHours: QuietHours, at: Date): Date | undefined {
  let until: Date | undefined;
  for (let end = endOfWindow(quietHours, at); end; end = endOfWindow(quietHours, end)) {
    until = end;
    // Nobody can save a week without a free minute; a change of the clocks could still hide the only one.
    if (end.getTime() - at.getTime() > 8 * DAY_MS) break;
  }
  return until;
}

/** The end of the window in which the moment lies, of several the last. */
function endOfWindow({ timeZone, windows }: QuietHours, at: Date): Date | undefined {
  const wall = toWallClock(at, timeZone);
  const ends = [-1, 0, 1].flatMap((days) => {
    const on = dayAfter(wall.on, days);
    return windows.flatMap((window) => {
      const fromMs = timeOf(window.from) + days * DAY_MS;
      const isNear =
        wall.timeOfDayMs >= fromMs - SLACK_MS && wall.timeOfDayMs < fromMs + lengthOf(window) + SLACK_MS;
      if (!isNear || !window.weekdays.includes(weekdayOf(on))) return [];
      const beginsAt = toInstant(on, timeOf(window.from), timeZone);
      const endsAt = toInstant(on, timeOf(window.from) + lengthOf(window), timeZone);
      return beginsAt <= at && at < endsAt ? [endsAt.getTime()] : [];
    });
  });
  return ends.length > 0 ? new Date(Math.max(...ends)) : undefined;
}

const timeOf = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
};

/** By the wall clock; from and to the same time is a whole day. */
const lengthOf = ({ from, to }: QuietWindow): number => {
  const lengthMs = timeOf(to) - timeOf(from);
  return lengthMs > 0 ? lengthMs : lengthMs + DAY_MS;
};

const dayAfter = (on: string, days: number): string =>
  new Date(Date.parse(`${on}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 1 is Monday, 7 is Sunday. */
const weekdayOf = (on: string): number => new Date(`${on}T00:00:00.000Z`).getUTCDay() || 7;

/** The quiet hours that hold for somebody: their own, those of the category, those of the tenant, if any. */
function heldBy(
  { ofTenant, ofCategories }: QuietHoursSettings,
  category: MessageCategory,
  own?: QuietHours,
): { of: QuietHoursHolder; quietHours: QuietHours } | undefined {
  if (own) return { of: "user", quietHours: own };
  const ofCategory = ofCategories[category];
  if (ofCategory) return { of: "category", quietHours: ofCategory };
  return ofTenant ? { of: "tenant", quietHours: ofTenant } : undefined;
}

/** The quiet hours that a message would meet at a moment; undefined when it would meet none. */
export function meetQuietHours(
  settings: QuietHoursSettings,
  { category, choice, own }: QuietSubject,
  at: Date,
): QuietHoursMet | undefined {
  const held = heldBy(settings, category, own);
  const endsAt = held && quietUntil(held.quietHours, at);
  if (!held || !endsAt) return undefined;
  return {
    of: held.of,
    timeZone: held.quietHours.timeZone,
    endsAt,
    choice: choice ?? defaultChoice(category, { coversCritical: coversCritical(settings) }),
  };
}

const coversCritical = ({ ofCategories }: QuietHoursSettings) => ofCategories.critical !== undefined;

/** Whose quiet hours it is; undefined when it is nobody's. */
export function judgeQuietHours(
  settings: QuietHoursSettings,
  own: readonly SharedQuietHours[],
  at: Date,
): QuietNow | undefined {
  const byCategory: QuietNow["byCategory"] = {};
  for (const category of MESSAGE_CATEGORIES) {
    const held = heldBy(settings, category);
    const until = held && quietUntil(held.quietHours, at);
    if (until) byCategory[category] = until;
  }
  const byFingerprint: QuietNow["byFingerprint"] = {};
  for (const { fingerprint, quietHours } of own) {
    const until = quietUntil(quietHours, at);
    if (until) byFingerprint[fingerprint] = until;
  }
  if (Object.keys(byCategory).length + Object.keys(byFingerprint).length === 0) return undefined;
  return { byCategory, byFingerprint, hasOwn: own.length > 0, coversCritical: coversCritical(settings) };
}

/** What a message does in quiet hours when it does not say so itself. */
export const defaultChoice = (
  category: MessageCategory,
  { coversCritical }: Pick<QuietNow, "coversCritical">,
): QuietHoursChoice => (category === "critical" && !coversCritical ? "ignore" : "defer");

/** Equal quiet hours have equal fingerprints. */
export const fingerprintOf = (quietHours: QuietHours): string =>
  sha256(canonicalJson(quietHours)).toString("hex").slice(0, 32);

/** What is wrong with quiet hours beyond their form: a week of them needs time in which something can be sent. */
export function checkQuietHours({ windows }: QuietHours, pointer: string): FieldProblem[] {
  const quiet = new Set<number>();
  for (const window of windows) {
    for (const weekday of window.weekdays) {
      const from = (weekday - 1) * 24 * 60 + timeOf(window.from) / MINUTE_MS;
      const minutes = lengthOf(window) / MINUTE_MS;
      for (let minute = from; minute < from + minutes; minute++) quiet.add(minute % WEEK_MINUTES);
    }
  }
  // An hour, so that no change of the clocks swallows it.
  if (WEEK_MINUTES - quiet.size >= 60) return [];
  const detail = "These windows leave less than an hour of the week in which anything could be sent.";
  return [{ pointer: `${pointer}/windows`, detail, code: "never_over" }];
}
