/**
 * The life of a flow: one user's way through the steps of a policy.
 *
 * It waits at the step that was sent last. The step's goal ends it `satisfied`: reading or clicking where the next step
 * waits for `unread`, arrival otherwise. Failure of all channels, or the end of the window, takes the next step; behind
 * the last step it ends `exhausted`. The goal of an earlier step counts as long as receipts come: it ends the flow, what
 * of the later steps has left already was wasted, and what has not is withdrawn. A recall of what a step has sent ends it
 * `exhausted` too, and what has not left of later steps is withdrawn then as well.
 *
 * Engine and simulator both ask the functions of this file, with what they know at that moment.
 */
import { LEFT_STATES } from "../deliveries/index.ts";

export type FallbackCondition = "failed" | "undelivered" | "unread";

export const FLOW_STATES = ["waiting", "satisfied", "exhausted"] as const;
export type FlowState = (typeof FLOW_STATES)[number];

/** What a step of the policy waits for; the first waits for nothing. */
export interface StepRule {
  when?: FallbackCondition;
  afterSeconds?: number;
}

/** What is known of one delivery of a step. */
export interface StepDelivery {
  state: string;
  /** When the vendor accepted it, or may have. */
  acceptedAt: Date | null;
  isRead: boolean;
}

/** What is known of one user's deliveries of a step. */
export interface StepState {
  /** Every delivery ended without reaching the user. */
  allFailed: boolean;
  /** The user has no address on any of the step's channels. */
  allSuppressed: boolean;
  /** At least one delivery has not been sent yet. */
  anyPending: boolean;
  /** At least one was taken by a vendor, or may have been. */
  anyLeft: boolean;
  anyDelivered: boolean;
  anyRead: boolean;
  /** At least one was taken back. */
  anyRecalled: boolean;
  /** When the vendor accepted the last of them; null while none was accepted. */
  acceptedAt: Date | null;
}

export interface Flow {
  state: FlowState;
  /** Index of the step that was sent last. */
  step: number;
  /** That step and those before it. */
  steps: readonly StepState[];
}

/** Why the next step is taken. */
export type AdvanceReason = "no_address" | FallbackCondition;

export type Judgement =
  | { kind: "satisfied"; by: number; wastedCount: number }
  | { kind: "exhausted" }
  | { kind: "advance"; because: AdvanceReason }
  | { kind: "wait"; until: Date | null }
  /** The flow has ended because what a step has sent was taken back. */
  | { kind: "recalled"; by: number }
  /** The flow has ended, and nothing that is known now changes how. */
  | { kind: "unchanged" };

/** How long a step whose next one waits for `failed` may still hear of a failure, seconds. */
export const FAILURE_NEWS_SECONDS = 72 * 3600;

const ENDED_BADLY = new Set(["failed", "undelivered", "suppressed", "expired", "cancelled"]);
const LEFT: ReadonlySet<string> = new Set(LEFT_STATES);

export function summariseStep(deliveries: readonly StepDelivery[]): StepState {
  const accepted = deliveries.flatMap(({ acceptedAt }) => acceptedAt?.getTime() ?? []);
  return {
    allFailed: deliveries.every(({ state }) => ENDED_BADLY.has(state)),
    allSuppressed: deliveries.every(({ state }) => state === "suppressed"),
    anyPending: deliveries.some(({ state }) => state === "ready"),
    anyLeft: deliveries.some(({ state }) => LEFT.has(state)),
    anyDelivered: deliveries.some(({ state }) => state === "delivered"),
    anyRead: deliveries.some(({ isRead }) => isRead),
    anyRecalled: deliveries.some(({ state }) => state === "recalled"),
    acceptedAt: accepted.length > 0 ? new Date(Math.max(...accepted)) : null,
  };
}

export function judgeFlow(policy: readonly StepRule[], flow: Flow, now: Date): Judgement {
  const by = flow.steps.findIndex((step, index) => isReached(policy[index + 1]?.when, step));
  if (by >= 0) {
    return {
      kind: "satisfied",
      by,
      wastedCount: flow.steps.slice(by + 1).filter(({ anyLeft }) => anyLeft).length,
    };
  }
  if (flow.state !== "waiting") return judgeEnded(flow);
  const current = flow.steps[flow.step] ?? summariseStep([]);
  const next = policy[flow.step + 1];
  if (next) return judgeStep(next, current, flow.step, now);
  return current.anyPending ? { kind: "wait", until: null } : { kind: "exhausted" };
}

function judgeEnded({ steps }: Flow): Judgement {
  const by = steps.findIndex(({ anyRecalled }) => anyRecalled);
  return by >= 0 ? { kind: "recalled", by } : { kind: "unchanged" };
}

/**
 * Judges a step whose goal is not reached. Failure of all channels advances it at once; otherwise the window counts from
 * the vendor's acceptance, so queueing and pacing do not eat it. While something is still to be sent there is nothing to
 * wait for yet: sending it wakes the flow again. Where only a failure counts, its absence is the goal.
 */
function judgeStep(
  { when = "failed", afterSeconds = 0 }: StepRule,
  step: StepState,
  index: number,
  now: Date,
): Judgement {
  if (step.allSuppressed) return { kind: "advance", because: "no_address" };
  if (step.allFailed) return { kind: "advance", because: "failed" };
  if (step.anyPending || !step.acceptedAt) return { kind: "wait", until: null };
  const windowSeconds = when === "failed" ? FAILURE_NEWS_SECONDS : afterSeconds;
  const until = new Date(step.acceptedAt.getTime() + windowSeconds * 1000);
  if (until > now) return { kind: "wait", until };
  return when === "failed"
    ? { kind: "satisfied", by: index, wastedCount: 0 }
    : { kind: "advance", because: when };
}

function isReached(condition: FallbackCondition | undefined, step: StepState): boolean {
  return condition === "unread" ? step.anyRead : step.anyDelivered || step.anyRead;
}

/** Whether a later step than the one that ended the flow still waits to be sent. */
export function hasToWithdraw(flow: Flow, judgement: Judgement): boolean {
  return "by" in judgement && flow.steps.slice(judgement.by + 1).some(({ anyPending }) => anyPending);
}
