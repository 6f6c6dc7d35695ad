/** When the next step of a policy is taken. */
export type FallbackCondition = "failed" | "undelivered" | "unread";

/** What is known of one user's deliveries of the current step. */
export interface StepState {
  /** Every delivery ended without reaching the user. */
  allFailed: boolean;
  /** At least one delivery has not been sent yet. */
  anyPending: boolean;
  anyDelivered: boolean;
  anyRead: boolean;
  /** When the vendor accepted the last of them; null while none was accepted. */
  acceptedAt: Date | null;
}

export type Judgement = { kind: "satisfied" } | { kind: "advance" } | { kind: "wait"; until: Date | null };

/** How long a step whose next one waits for `failed` may still hear of a failure, seconds. */
export const FAILURE_NEWS_SECONDS = 72 * 3600;

/**
 * Judges one user's step. The goal ends the flow; failure of all channels advances it at once; otherwise the window
 * counts from the vendor's acceptance, so queueing and pacing do not eat it. While something is still to be sent
 * there is nothing to wait for yet: sending it wakes the flow again.
 */
export function judgeStep(
  condition: FallbackCondition,
  afterSeconds: number,
  step: StepState,
  now: Date,
): Judgement {
  if (isReached(condition, step)) return { kind: "satisfied" };
  if (step.allFailed) return { kind: "advance" };
  if (step.anyPending || !step.acceptedAt) return { kind: "wait", until: null };
  const windowSeconds = condition === "failed" ? FAILURE_NEWS_SECONDS : afterSeconds;
  const until = new Date(step.acceptedAt.getTime() + windowSeconds * 1000);
  if (until > now) return { kind: "wait", until };
  return condition === "failed" ? { kind: "satisfied" } : { kind: "advance" };
}

function isReached(condition: FallbackCondition, step: StepState): boolean {
  return condition === "unread" ? step.anyRead : step.anyDelivered;
}
