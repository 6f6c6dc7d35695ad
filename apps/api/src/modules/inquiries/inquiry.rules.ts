import type { PluginManifest, QueryAnswer } from "@tidings/sdk/plugin";
import { REASONS } from "../deliveries/index.ts";

/**
 * An inquiry asks the vendor about deliveries of one attempt.
 *
 * - `outcome`: nobody knows whether the vendor got them. The delivery is `unknown` meanwhile, so that a receipt may
 *   settle it first; its message is not over. What the vendor has becomes `accepted`, or its last word; what it
 *   certainly never got is sent again. What it cannot tell stays `unknown`.
 * - `receipt`: the vendor has them, and says what became of them only when it is asked.
 *
 * It goes through its deliveries in rounds, with growing pauses, until none is left or the vendor knows nothing any more.
 */
export const INQUIRY_KINDS = ["outcome", "receipt"] as const;
export type InquiryKind = (typeof INQUIRY_KINDS)[number];

/** An outcome is asked for in this many rounds, which take two hours; a message waits for them. */
const OUTCOME_ROUNDS = 10;
const FIRST_OUTCOME_PAUSE_SECONDS = 15;
const LONGEST_OUTCOME_PAUSE_SECONDS = 3600;
const LONGEST_RECEIPT_PAUSE_SECONDS = 6 * 3600;

type Abilities = Pick<PluginManifest, "query" | "receipts">;

/** Seconds from the opening of an inquiry to its first question, and to its end. */
export function scheduleOf(kind: InquiryKind, { query, receipts }: Abilities) {
  const firstSeconds = kind === "outcome" ? query?.notBeforeSeconds : receipts.pollSeconds;
  return { firstSeconds: firstSeconds ?? 0, windowSeconds: query?.windowSeconds ?? 0 };
}

/** Seconds before the next round, after `roundCount` of them; undefined when there is none. */
export function pauseAfter(
  kind: InquiryKind,
  roundCount: number,
  { receipts }: Pick<Abilities, "receipts">,
): number | undefined {
  if (kind === "receipt") {
    return Math.min((receipts.pollSeconds ?? 0) * 2 ** roundCount, LONGEST_RECEIPT_PAUSE_SECONDS);
  }
  if (roundCount >= OUTCOME_ROUNDS) return undefined;
  return Math.min(FIRST_OUTCOME_PAUSE_SECONDS * 2 ** (roundCount - 1), LONGEST_OUTCOME_PAUSE_SECONDS);
}

/** What a delivery becomes whose message the vendor never got. */
export interface NotFoundVerdict {
  state: "ready" | "cancelled" | "expired" | "failed";
  reason: string;
}

/** What decides about a delivery that the vendor certainly never got. */
export interface NotFoundCase {
  messageState: string;
  /** The message was cancelled for the user. */
  isCancelledFor: boolean;
  /** The user's flow has taken a later step or ended. */
  hasMovedOn: boolean;
}

/** Judges a delivery that the vendor certainly never got: it is sent again, unless its message or flow went on meanwhile. */
export function judgeNotFound({ messageState, isCancelledFor, hasMovedOn }: NotFoundCase): NotFoundVerdict {
  if (messageState === "cancelled") return { state: "cancelled", reason: REASONS.cancelled };
  if (messageState === "expired") return { state: "expired", reason: REASONS.expired };
  if (hasMovedOn) return { state: "failed", reason: REASONS.neverArrived };
  if (isCancelledFor) return { state: "cancelled", reason: REASONS.userCancelled };
  return { state: "ready", reason: REASONS.neverArrived };
}

/** The vendor's last word, which goes the way of its receipts. */
export const isLastWord = ({ status }: QueryAnswer): boolean =>
  status === "delivered" || status === "undelivered";
