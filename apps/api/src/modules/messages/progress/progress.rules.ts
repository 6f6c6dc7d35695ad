import type { MessageState } from "../course/schedule.rules.ts";

const FINAL_STATES: readonly MessageState[] = ["rejected", "completed", "cancelled", "expired"];

/** Receipts come after the last delivery was handed over; this long they are worth waiting for. */
const RECEIPTS_MS = 120_000;

export interface Followed {
  state: MessageState;
  completedAt: Date | null;
  /** Of all its deliveries. */
  counts: Record<"valid" | (typeof ENDS)[number], number>;
  steps: readonly {
    channels: readonly {
      kind: string;
      counts: { submitted: number; delivered: number; undelivered: number };
    }[];
  }[];
}

/** As what a delivery that is not under way any more is counted, as one of them. */
const ENDS = ["submitted", "failed", "unknown", "cancelled", "expired"] as const;

/**
 * Whether nothing of a message changes any more: it has ended, with it what was under way when it was called off, and
 * receipts are in, or overdue.
 */
export function isOver(message: Followed, reportsDelivery: (kind: string) => boolean, now: Date): boolean {
  if (!FINAL_STATES.includes(message.state)) return false;
  if (!message.completedAt) return countUnderWay(message) <= 0;
  const awaited = message.steps
    .flatMap(({ channels }) => channels)
    .filter(({ kind }) => reportsDelivery(kind))
    .reduce((sum, { counts }) => sum + counts.submitted - counts.delivered - counts.undelivered, 0);
  return awaited <= 0 || now.getTime() - message.completedAt.getTime() > RECEIPTS_MS;
}

const countUnderWay = ({ counts }: Followed): number =>
  ENDS.reduce((left, end) => left - counts[end], counts.valid);
