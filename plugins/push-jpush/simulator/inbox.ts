import { randomInt } from "node:crypto";
import type { SimulatedMessage } from "@tidings/sdk/testing";

/** A notification on its way to one device. */
export interface SimulatedNotification extends SimulatedMessage {
  /** Of the push, which may have gone to others as well. */
  messageId: string;
  title: string;
  alert: string;
  extras: Record<string, unknown>;
}

/** One push, as the vendor keeps it. */
export interface Push {
  messageId: string;
  at: number;
  /** When it is on each of its devices; undefined if never. */
  arrivals: ReadonlyMap<string, number | undefined>;
  withdrawnAt?: number;
}

/** Whether a push has reached a device before it was taken back. */
export function hasArrived({ arrivals, withdrawnAt }: Push, device: string, now: number): boolean {
  const arrivesAt = arrivals.get(device);
  return arrivesAt !== undefined && arrivesAt <= Math.min(withdrawnAt ?? now, now);
}

const INBOX_LIMIT = 100_000;

/** What was pushed, oldest first; the oldest is dropped beyond the limit. */
export class Inbox {
  readonly pushes = new Map<string, Push>();
  #notifications: SimulatedNotification[] = [];

  add(push: Push, notifications: SimulatedNotification[]): void {
    this.pushes.set(push.messageId, push);
    const [oldest] = this.pushes.keys();
    if (oldest !== undefined && this.pushes.size > INBOX_LIMIT) this.pushes.delete(oldest);
    this.#notifications.push(...notifications);
    if (this.#notifications.length > INBOX_LIMIT) {
      this.#notifications = this.#notifications.slice(-INBOX_LIMIT);
    }
  }

  get notifications(): readonly SimulatedNotification[] {
    return this.#notifications;
  }

  stateOf({ messageId, to }: SimulatedNotification, now: number): "withdrawn" | "arrived" | "pending" {
    const push = this.pushes.get(messageId);
    if (push?.withdrawnAt !== undefined) return "withdrawn";
    return push && hasArrived(push, to, now) ? "arrived" : "pending";
  }
}

/** Eighteen digits, as at the vendor: more than JavaScript's numbers hold exactly. */
export const makeMessageId = (now: number): string => `1${now}${String(randomInt(10_000)).padStart(4, "0")}`;
