import type { CircuitRow } from "../../channels/index.ts";
import { type AudienceTally, MAX_SAMPLES, REASONS, type Sample } from "../../deliveries/index.ts";
import type { ChannelEstimate, CostEstimate } from "../estimate/cost-estimate.rules.ts";
import type { ChannelRow } from "../request/send-plan.repository.ts";
import type { PlannedStep, SendPlan } from "../request/send-plan.ts";
import type { Deferred } from "./timing.rules.ts";

/** How many of those counted; `reason` says why they are left out. */
export interface ReasonCount {
  reason: string;
  count: number;
  samples: Sample[];
}

export interface ExplainedChannel extends Pick<ChannelRow, "id" | "name" | "kind" | "ratePerSecond"> {
  /** Deliveries that would be made at once, and those of them that can be sent. */
  targeted: number;
  valid: number;
  samples: Sample[];
  /** Those of the valid ones that wait for the end of quiet hours, by when that is. */
  deferred: Deferred[];
  suppressed: ReasonCount[];
  /** What the valid ones would cost; null: the channel has no price. */
  cost: ChannelEstimate | null;
  /** Why nothing is sent by it at the moment; deliveries wait. */
  pause: Pick<CircuitRow, "since" | "cause" | "nextProbeAt"> | null;
}

export interface ExplainedStep extends Pick<PlannedStep, "when" | "afterSeconds"> {
  step: number;
  /** Recipients who get it by this step first. */
  recipients: number;
  channels: ExplainedChannel[];
}

/** What a tally means for the steps of a plan. */
export function explainSteps(
  plan: SendPlan,
  tally: AudienceTally,
  { circuits, cost }: { circuits: readonly CircuitRow[]; cost: CostEstimate },
): ExplainedStep[] {
  return plan.steps.map(({ channels, when, afterSeconds }, step) => ({
    step,
    when,
    afterSeconds,
    recipients: sum(tally.recipients.filter(({ beginsAt }) => beginsAt === step)),
    channels: channels.map((channel) => {
      const own = tally.deliveries.filter((row) => row.step === step && row.channelId === channel.id);
      const valid = own.filter(({ reason }) => reason === null);
      const { id, name, kind, ratePerSecond } = channel;
      const counts = {
        targeted: sum(own),
        valid: sum(valid),
        samples: valid.flatMap(({ samples }) => samples).slice(0, MAX_SAMPLES),
        deferred: deferredOf(valid),
      };
      return {
        id,
        name,
        kind,
        ratePerSecond,
        ...counts,
        suppressed: byReason(own),
        cost: cost.channels.find((one) => one.step === step && one.channelId === id) ?? null,
        pause: pauseOf(id, circuits),
      };
    }),
  }));
}

/** Recipients whom no step can be sent to, by the first step's reason. */
export const explainUnreached = ({ recipients }: AudienceTally): ReasonCount[] =>
  byReason(recipients.filter(({ beginsAt }) => beginsAt === null));

/** What quiet hours do to the recipients. */
export interface ExplainedQuietHours {
  /** Recipients who get it at once, and those who wait, by when their quiet hours end. */
  atOnce: number;
  deferred: Deferred[];
  /** Left out, because the message would rather not disturb them. */
  dropped: number;
  /** Never sent to: the time to live is over before their quiet hours are. */
  outlasted: number;
}

export function explainQuietHours({ recipients }: AudienceTally): ExplainedQuietHours {
  const reached = recipients.filter(({ beginsAt }) => beginsAt !== null);
  const unreachedFor = (reason: string) =>
    sum(recipients.filter((row) => row.beginsAt === null && row.reason === reason));
  return {
    atOnce: sum(reached.filter(({ deferredUntil }) => deferredUntil === null)),
    deferred: deferredOf(reached),
    dropped: unreachedFor(REASONS.quietHours),
    outlasted: unreachedFor(REASONS.quietHoursOutlast),
  };
}

const deferredOf = (rows: readonly { deferredUntil: Date | null; count: number }[]): Deferred[] =>
  rows
    .flatMap(({ deferredUntil, count }) => (deferredUntil ? [{ until: deferredUntil, count }] : []))
    .sort((a, b) => a.until.getTime() - b.until.getTime());

export const sum = (rows: readonly { count: number }[]): number =>
  rows.reduce((total, { count }) => total + count, 0);

const byReason = (
  rows: readonly (Omit<ReasonCount, "reason"> & { reason: string | null })[],
): ReasonCount[] =>
  rows
    .flatMap(({ reason, count, samples }) => (reason === null ? [] : [{ reason, count, samples }]))
    .sort((a, b) => b.count - a.count);

function pauseOf(channelId: string, circuits: readonly CircuitRow[]): ExplainedChannel["pause"] {
  const circuit = circuits.find((row) => row.channelId === channelId);
  if (!circuit || circuit.state === "closed") return null;
  const { since, cause, nextProbeAt } = circuit;
  return { since, cause, nextProbeAt };
}
