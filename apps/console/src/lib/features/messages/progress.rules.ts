import type { Counts, Message, MessageDetail } from "../../api/client.ts";

const FINAL_STATES: readonly Message["state"][] = ["rejected", "completed", "cancelled", "expired"];

/** Receipts come after the last message has been handed over; this long they are worth waiting for. */
const RECEIPTS_MS = 120_000;

/** Deliveries whose sending is over, however it went. */
export function settledCount(counts: Counts): number {
  const { submitted, suppressed, failed, unknown, cancelled, expired } = counts;
  return Math.min(counts.targeted, submitted + suppressed + failed + unknown + cancelled + expired);
}

/** Deliveries that cancelling would still stop. */
export function unsentCount(counts: Counts): number {
  return counts.targeted - settledCount(counts);
}

/** Whether there is anything to show of its sending: it may end before it begins. */
export function wasBegun({ state, counts }: Message): boolean {
  if (state === "cancelled" || state === "expired" || state === "paused") return counts.targeted > 0;
  return state !== "pending_approval" && state !== "rejected" && state !== "scheduled";
}

export function isFinal(state: Message["state"]): boolean {
  return FINAL_STATES.includes(state);
}

export function isCancellable(state: Message["state"]): boolean {
  return !isFinal(state);
}

/** Whether it can be held back: it is under way, or will be at its time. */
export function isPausable(state: Message["state"]): boolean {
  return isCancellable(state) && state !== "pending_approval";
}

/** Whether it goes to users, who can be left out by their ids, and not to typed addresses. */
export const isForUsers = ({ audience }: MessageDetail): boolean =>
  audience.kind !== "addresses" && (audience.kind !== "file" || audience.recipients === "users");

/** Whether it waits for its time, which can then be changed. */
export const isWaitingForTime = ({ state, pausedFrom }: Message): boolean =>
  (pausedFrom ?? state) === "scheduled";

/** Deliveries that a vendor has and will still say something about. */
export function awaitedCount(message: MessageDetail, reportsDelivery: (kind: string) => boolean): number {
  return message.steps
    .flatMap(({ channels }) => channels)
    .filter(({ kind }) => reportsDelivery(kind))
    .reduce((sum, { counts }) => sum + waitingCount(counts), 0);
}

/** What was recalled may have arrived before, so this may be less than what is still waited for. */
const waitingCount = ({ submitted, delivered, undelivered, recalled }: Counts): number =>
  Math.max(0, submitted - delivered - undelivered - recalled);

/** Whether the page can stop asking: nothing is sent any more, and receipts are in or overdue. */
export function isSettled(
  message: MessageDetail,
  reportsDelivery: (kind: string) => boolean,
  now = Date.now(),
): boolean {
  if (!isFinal(message.state)) return false;
  if (awaitedCount(message, reportsDelivery) <= 0) return true;
  return now - Date.parse(message.completedAt ?? message.createdAt) > RECEIPTS_MS;
}

/** Deliveries a second between two readings; undefined until there are two. */
export function rateBetween(
  earlier: { at: number; done: number } | undefined,
  later: { at: number; done: number },
): number | undefined {
  if (!earlier || later.at <= earlier.at) return undefined;
  return Math.max(0, ((later.done - earlier.done) * 1000) / (later.at - earlier.at));
}
