import {
  type DeliveryState,
  type Engagement,
  mergeReceipt,
  REASONS,
  type Receipt,
} from "../deliveries/index.ts";
import type { QuietHoursMet } from "../quiet-hours/index.ts";
import {
  type AdvanceReason,
  type Flow,
  type FlowState,
  hasToWithdraw,
  type Judgement,
  judgeFlow,
  type StepRule,
  summariseStep,
} from "./flow.rules.ts";

/*
 * A flow on a virtual clock: the deliveries of one imagined user, moved by a script instead of vendors and judged by the
 * rules of the engine. What happens at the same second as the end of a window comes first.
 *
 * Quiet hours are judged where the engine judges them: when a step's deliveries are made, and again when the turn of one
 * that has queued comes. One that was deferred when it was made queues from their end; one whose turn comes in quiet
 * hours has it again at their end.
 */

export interface SimulatedStep extends StepRule {
  channelIds: readonly string[];
}

/** What becomes of the imagined user's deliveries on one channel. Without a script it is accepted and never heard of. */
export interface ChannelScript {
  channelId: string;
  noAddress?: boolean | undefined;
  /**
   * Seconds from the beginning of the step, or from the end of the quiet hours it was deferred for, to its turn and the
   * vendor's answer: queueing, pacing, retries.
   */
  acceptedAfterSeconds?: number | undefined;
  /** The vendor's answer is a final refusal with this code. */
  failedWith?: string | undefined;
  /** Seconds from the vendor's acceptance to its receipts. */
  deliveredAfterSeconds?: number | undefined;
  undeliveredAfterSeconds?: number | undefined;
  readAfterSeconds?: number | undefined;
  clickedAfterSeconds?: number | undefined;
}

export const SIMULATION_EVENTS = [
  "step_started",
  "no_address",
  "deferred",
  "suppressed",
  "accepted",
  "failed",
  "delivered",
  "undelivered",
  "read",
  "clicked",
  "waiting",
  "step_skipped",
  "cancelled",
  "wasted",
  "satisfied",
  "exhausted",
] as const;

export interface SimulationEvent {
  atSeconds: number;
  kind: (typeof SIMULATION_EVENTS)[number];
  step: number;
  channelId: string | null;
  /** Why a step was taken; null for the first. */
  because: SimulatedReason | null;
  code: string | null;
  /** When the window or the quiet hours end that are waited for. */
  untilSeconds: number | null;
}

/** The flow takes the next step of whatever could not be sent alike; here it is told apart. */
export type SimulatedReason = AdvanceReason | "quiet_hours";

/** When it begins, and what quiet hours the message would meet at a moment. */
export interface SimulatedClock {
  startsAt: Date;
  quietHoursAt(at: Date): QuietHoursMet | undefined;
}

export interface Simulation {
  timeline: SimulationEvent[];
  outcome: FlowState;
  wastedCount: number;
}

interface SimulatedDelivery extends Engagement {
  step: number;
  /** Left out by quiet hours. */
  isDropped: boolean;
  channelId: string;
  script: ChannelScript;
  acceptedAt: Date | null;
}

/** Something of the script that is still to happen. */
interface Coming {
  atSeconds: number;
  type: "turn" | Receipt["type"];
  delivery: number;
}

interface Run {
  clock: SimulatedClock;
  policy: readonly SimulatedStep[];
  scripts: ReadonlyMap<string, ChannelScript>;
  nowSeconds: number;
  coming: Coming[];
  deliveries: SimulatedDelivery[];
  flow: { state: FlowState; step: number; wakeSeconds: number | null };
  wastedSteps: Set<number>;
  timeline: SimulationEvent[];
}

/** A clock that shows no time of the day: it is never quiet. */
const TIMELESS: SimulatedClock = { startsAt: new Date(0), quietHoursAt: () => undefined };

export function simulateFlow(
  policy: readonly SimulatedStep[],
  scripts: readonly ChannelScript[],
  clock = TIMELESS,
): Simulation {
  const run: Run = {
    clock,
    policy,
    scripts: new Map(scripts.map((script) => [script.channelId, script])),
    nowSeconds: 0,
    coming: [],
    deliveries: [],
    flow: { state: "waiting", step: 0, wakeSeconds: null },
    wastedSteps: new Set(),
    timeline: [],
  };
  startStep(run, null);
  judge(run);
  for (let next = nextMoment(run); next !== undefined; next = nextMoment(run)) {
    run.nowSeconds = next;
    for (let one = takeComing(run); one; one = takeComing(run)) happen(run, one);
    judge(run);
  }
  return { timeline: run.timeline, outcome: run.flow.state, wastedCount: run.wastedSteps.size };
}

function nextMoment({ coming, flow }: Run): number | undefined {
  const moments = coming.map(({ atSeconds }) => atSeconds);
  if (flow.wakeSeconds !== null) moments.push(flow.wakeSeconds);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

function takeComing(run: Run): Coming | undefined {
  const index = run.coming.findIndex(({ atSeconds }) => atSeconds === run.nowSeconds);
  return index < 0 ? undefined : run.coming.splice(index, 1)[0];
}

function startStep(run: Run, because: SimulatedReason | null): void {
  const { step } = run.flow;
  tell(run, { kind: "step_started", step, because });
  for (const channelId of run.policy[step]?.channelIds ?? []) {
    const script = run.scripts.get(channelId) ?? { channelId };
    const delivery = run.deliveries.push({
      step,
      channelId,
      script,
      state: script.noAddress ? "suppressed" : "ready",
      isDropped: false,
      acceptedAt: null,
      deliveredAt: null,
      readAt: null,
      clickedAt: null,
    });
    if (script.noAddress) tell(run, { kind: "no_address", step, channelId });
    else enqueue(run, delivery - 1, script.acceptedAfterSeconds ?? 0);
  }
}

/** It queues from now on, or from the end of quiet hours, unless these leave it out. */
function enqueue(run: Run, index: number, queuedSeconds: number): void {
  const waitSeconds = heedQuietHours(run, index);
  if (waitSeconds !== undefined) foresee(run, "turn", index, waitSeconds + queuedSeconds);
}

/** How long quiet hours keep back a delivery that could be sent now, seconds; undefined: they leave it out. */
function heedQuietHours(run: Run, index: number): number | undefined {
  const delivery = run.deliveries[index];
  const met = run.clock.quietHoursAt(momentOf(run, run.nowSeconds));
  if (!delivery || !met || met.choice === "ignore") return 0;
  const { step, channelId } = delivery;
  const about = { step, channelId, code: REASONS.quietHours };
  if (met.choice === "drop") {
    run.deliveries[index] = { ...delivery, state: "suppressed", isDropped: true };
    tell(run, { kind: "suppressed", ...about });
    return undefined;
  }
  const untilSeconds = secondsOf(run, met.endsAt);
  tell(run, { kind: "deferred", ...about, untilSeconds });
  return untilSeconds - run.nowSeconds;
}

function foresee(run: Run, type: Coming["type"], delivery: number, afterSeconds: number | undefined): void {
  if (afterSeconds === undefined) return;
  run.coming.push({ atSeconds: run.nowSeconds + afterSeconds, type, delivery });
}

function happen(run: Run, { type, delivery: index }: Coming): void {
  const delivery = run.deliveries[index];
  if (!delivery) return;
  const { step, channelId } = delivery;
  if (type === "turn") {
    takeTurn(run, index, delivery);
  } else {
    run.deliveries[index] = mergeReceipt(delivery, { type, at: momentOf(run, run.nowSeconds) });
    tell(run, { kind: type, step, channelId });
  }
}

/** It is sent and answered, unless it has been withdrawn meanwhile or it is quiet now. */
function takeTurn(run: Run, index: number, delivery: SimulatedDelivery): void {
  if (delivery.state !== "ready") return;
  const waitSeconds = heedQuietHours(run, index);
  if (waitSeconds === undefined) return;
  if (waitSeconds > 0) {
    foresee(run, "turn", index, waitSeconds);
    return;
  }
  answer(run, index, delivery);
  const { step, channelId, script } = delivery;
  const code = script.failedWith ?? null;
  tell(run, { kind: code === null ? "accepted" : "failed", step, channelId, code });
}

function answer(run: Run, index: number, delivery: SimulatedDelivery): void {
  const { script } = delivery;
  const state: DeliveryState = script.failedWith === undefined ? "accepted" : "failed";
  run.deliveries[index] = { ...delivery, state };
  if (state === "failed") return;
  run.deliveries[index] = { ...delivery, state, acceptedAt: momentOf(run, run.nowSeconds) };
  foresee(run, "delivered", index, script.deliveredAfterSeconds);
  foresee(run, "undelivered", index, script.undeliveredAfterSeconds);
  foresee(run, "read", index, script.readAfterSeconds);
  foresee(run, "clicked", index, script.clickedAfterSeconds);
}

/** Judges the flow until it waits or has ended. */
function judge(run: Run): void {
  let judgement: Judgement;
  do {
    const flow = { ...run.flow, steps: stepsOf(run) };
    judgement = judgeFlow(run.policy, flow, momentOf(run, run.nowSeconds));
    run.flow.wakeSeconds = null;
    obey(run, judgement, flow);
  } while (judgement.kind === "advance");
}

function obey(run: Run, judgement: Judgement, flow: Flow): void {
  if (judgement.kind === "wait") wait(run, judgement.until);
  if (judgement.kind === "exhausted") end(run, "exhausted", run.flow.step);
  if (judgement.kind === "satisfied") {
    end(run, "satisfied", judgement.by);
    if (hasToWithdraw(flow, judgement)) withdraw(run, judgement.by);
    tellWasted(run, judgement.by);
  }
  if (judgement.kind === "advance") {
    const because = reasonOf(run, judgement.because);
    if (judgement.because === "no_address") tell(run, { kind: "step_skipped", step: run.flow.step, because });
    run.flow.step += 1;
    startStep(run, because);
  }
}

const reasonOf = ({ flow, deliveries }: Run, because: AdvanceReason): SimulatedReason =>
  because === "no_address" && deliveries.some(({ step, isDropped }) => step === flow.step && isDropped)
    ? "quiet_hours"
    : because;

const stepsOf = ({ flow, deliveries }: Run) =>
  Array.from({ length: flow.step + 1 }, (_, index) =>
    summariseStep(
      deliveries
        .filter(({ step }) => step === index)
        .map((one) => ({ ...one, isRead: one.readAt !== null || one.clickedAt !== null })),
    ),
  );

function wait(run: Run, until: Date | null): void {
  if (!until) return;
  const untilSeconds = secondsOf(run, until);
  run.flow.wakeSeconds = untilSeconds;
  const known = run.timeline.some(
    (event) =>
      event.kind === "waiting" && event.step === run.flow.step && event.untilSeconds === untilSeconds,
  );
  if (!known) tell(run, { kind: "waiting", step: run.flow.step, untilSeconds });
}

function end(run: Run, state: "satisfied" | "exhausted", step: number): void {
  if (run.flow.state === state) return;
  run.flow.state = state;
  tell(run, { kind: state, step });
}

/** What has not been sent of later steps is not sent any more. */
function withdraw(run: Run, by: number): void {
  for (const [index, delivery] of run.deliveries.entries()) {
    if (delivery.step <= by || delivery.state !== "ready") continue;
    run.deliveries[index] = { ...delivery, state: "cancelled" };
    tell(run, { kind: "cancelled", step: delivery.step, channelId: delivery.channelId });
  }
}

function tellWasted(run: Run, by: number): void {
  for (const [step, { anyLeft }] of stepsOf(run).entries()) {
    if (step <= by || !anyLeft || run.wastedSteps.has(step)) continue;
    run.wastedSteps.add(step);
    tell(run, { kind: "wasted", step });
  }
}

const momentOf = ({ clock }: Run, seconds: number): Date =>
  new Date(clock.startsAt.getTime() + seconds * 1000);

const secondsOf = ({ clock }: Run, moment: Date): number =>
  (moment.getTime() - clock.startsAt.getTime()) / 1000;

function tell(
  run: Run,
  event: Pick<SimulationEvent, "kind" | "step"> & Partial<Omit<SimulationEvent, "atSeconds">>,
): void {
  const nothing = { channelId: null, because: null, code: null, untilSeconds: null };
  run.timeline.push({ atSeconds: run.nowSeconds, ...nothing, ...event });
}
