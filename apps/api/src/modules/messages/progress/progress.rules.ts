import type { MessageState } from "../course/schedule.rules.ts";

const FINAL_STATES: readonly MessageState[] = ["rejected", "completed", "cancelled", "expired"];

/** Receipts come after the last delivery was handed over; this long they are worth waiting for. */
const RECEIPTS_MS = 120_000;

export interface Followed {
  state: MessageState;
  completedAt: Date | null;
  steps: readonly {
    channels: readonly {
      kind: string;
      counts: { submitted: number; delivered: number; undelivered: number };
    }[];
  }[];
}

/** Whether nothing of a message changes any more: it has ended, and receipts are in, or overdue. */
export function isOver(message: Followed, reportsDelivery: (kind: string) => boolean, now: Date): boolean {
  if (!FINAL_STATES.includes(message.state)) return false;
  const awaited = message.steps
    .flatMap(({ channels }) => channels)
    .filter(({ kind }) => reportsDelivery(kind))
    .reduce((sum, { counts }) => sum + counts.submitted - counts.delivered - counts.undelivered, 0);
  if (awaited <= 0 || !message.completedAt) return true;
  return now.getTime() - message.completedAt.getTime() > RECEIPTS_MS;
}
