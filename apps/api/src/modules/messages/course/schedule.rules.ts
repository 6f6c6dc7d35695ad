import type { schema } from "@tidings/db";
import { invalidField } from "../../../platform/errors.ts";
import { isTimeZone } from "../../tenants/index.ts";

export type MessageState = (typeof schema.messageState.enumValues)[number];

/** When a message is to begin: an instant, and the zone it was meant in. */
export interface Schedule {
  at: string;
  timeZone: string;
}

/** A schedule that is past by no more than this means "now": requests take time, and clocks differ. */
const PAST_MEANS_NOW_MS = 10 * 60_000;
const FURTHEST_MS = 366 * 86_400_000;

/** Checks a schedule; null when it means "now". */
export function judgeSchedule(schedule: Schedule, now: Date): Date | null {
  if (!isTimeZone(schedule.timeZone)) {
    const detail = `"${schedule.timeZone}" is no IANA time zone, such as Asia/Shanghai.`;
    throw invalidField("/schedule/timeZone", detail, "unknown_time_zone");
  }
  const at = new Date(schedule.at);
  const aheadMs = at.getTime() - now.getTime();
  if (aheadMs < -PAST_MEANS_NOW_MS) {
    const detail = `${schedule.at} is more than 10 minutes past; give a time to come, or none to send now.`;
    throw invalidField("/schedule/at", detail, "past");
  }
  if (aheadMs > FURTHEST_MS) {
    throw invalidField("/schedule/at", `${schedule.at} is more than a year ahead.`, "too_far");
  }
  return aheadMs > 0 ? at : null;
}

/** What a message waits for. */
export interface Course {
  state: MessageState;
  /** What a paused message was. */
  pausedFrom: MessageState | null;
  scheduledAt: Date | null;
  expiresAt: Date | null;
}

/** What has not been sent when this is over never is; counted from when the message was to begin. */
export function expiryOf(ttlSeconds: number | null, beginsAt: Date): Date | null {
  return ttlSeconds === null ? null : new Date(beginsAt.getTime() + ttlSeconds * 1000);
}

/** When something has to be done about the message unless somebody does something before. */
export function wakeAtOf({
  state,
  scheduledAt,
  expiresAt,
}: Pick<Course, "state" | "scheduledAt" | "expiresAt">): Date | null {
  if (state === "scheduled") return scheduledAt;
  if (state === "pending_approval") return scheduledAt ?? expiresAt;
  return isUnderWay(state) ? expiresAt : null;
}

const isUnderWay = (state: MessageState) =>
  state === "expanding" || state === "sending" || state === "paused";

/**
 * What becomes of a message whose time has come: a scheduled one begins; one whose time to live is over ends, and so
 * does one that nobody has approved by the time it was scheduled for. Undefined: its time has not come.
 */
export function stateWhenDue(course: Course, now: Date): "expanding" | "expired" | undefined {
  const wakeAt = wakeAtOf(course);
  if (!wakeAt || wakeAt > now) return undefined;
  const isOver = course.expiresAt !== null && course.expiresAt <= now;
  return course.state === "scheduled" && !isOver ? "expanding" : "expired";
}

/** What an approved message goes on to: its time, the audience, or nothing when the time has passed. */
export function stateWhenApproved(course: Course, now: Date): "scheduled" | "expanding" | "expired" {
  if (stateWhenDue({ ...course, state: "pending_approval" }, now)) return "expired";
  return course.scheduledAt ? "scheduled" : "expanding";
}

export const isPaceable = (state: MessageState): boolean =>
  isPausable(state) || state === "paused" || state === "pending_approval";

/** Whether something of it may still be stopped. */
export const isCancellable = (state: MessageState): boolean =>
  isUnderWay(state) || state === "scheduled" || state === "pending_approval";

export const isPausable = (state: MessageState): boolean =>
  state === "scheduled" || state === "expanding" || state === "sending";
