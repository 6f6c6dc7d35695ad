import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { invalidField, invalidInput, noSuch } from "../../platform/errors.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { toInstant } from "../../platform/zoned-time.ts";
import { type ChannelScript, type SimulatedClock, type Simulation, simulateFlow } from "../flows/index.ts";
import {
  checkQuietHours,
  findSettings,
  meetQuietHours,
  type QuietHours,
  type QuietHoursChoice,
} from "../quiet-hours/index.ts";
import type { MessageCategory } from "../templates/index.ts";
import { assertLegal } from "./assert-legal.ts";
import { findPolicy } from "./policy.repository.ts";
import type { PluginCatalogue, PolicyStep } from "./policy.rules.ts";

export interface SimulatePolicy {
  policyId?: string | undefined;
  steps?: PolicyStep[] | undefined;
  channels: ChannelScript[];
  start?: SimulationStart | undefined;
}

/** When the imagined message begins, by a wall clock, and what decides about its quiet hours. */
export interface SimulationStart {
  on: string;
  timeOfDay: string;
  timeZone: string;
  category: MessageCategory;
  quietHours?: QuietHoursChoice | undefined;
  /** The imagined user's own. */
  own?: QuietHours | undefined;
}

/** `startsAt` is null where the virtual clock shows no time of the day. */
export interface PolicySimulation extends Simulation {
  startsAt: Date | null;
}

/** Tells what would become of an imagined user. Nothing is sent and nothing stored. */
export function createSimulatePolicy(deps: {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
}) {
  return async function simulatePolicy(
    ctx: RequestContext,
    input: SimulatePolicy,
  ): Promise<PolicySimulation> {
    authorize(ctx, "read", "Policy");
    if ((input.policyId === undefined) === (input.steps === undefined)) {
      throw invalidField("/steps", "Give either a policy or steps.", "exactly_one");
    }
    const { steps, clock } = await deps.transact(ctx, async (tx) => ({
      steps: await stepsOf(tx, ctx, deps.plugins.of(ctx.tenantId), input),
      clock: input.start && (await clockOf(tx, ctx, input.start)),
    }));
    const channelIds = new Set(steps.flatMap((step) => step.channelIds));
    for (const [index, { channelId }] of input.channels.entries()) {
      const pointer = `/channels/${index}/channelId`;
      if (!channelIds.has(channelId)) {
        throw invalidField(pointer, `No step sends by the channel ${channelId}.`, "not_in_policy");
      }
      if (input.channels.findIndex((one) => one.channelId === channelId) !== index) {
        throw invalidField(pointer, `The channel ${channelId} has two scripts.`, "named_twice");
      }
    }
    return { ...simulateFlow(steps, input.channels, clock), startsAt: clock?.startsAt ?? null };
  };
}

/** A clock by which the tenant's quiet hours hold, or the imagined user's own. */
async function clockOf(
  tx: Tx,
  { tenantId }: RequestContext,
  start: SimulationStart,
): Promise<SimulatedClock> {
  const errors = start.own ? checkQuietHours(start.own, "/start/own") : [];
  if (errors[0]) throw invalidInput(errors[0].detail, { errors });
  const settings = await findSettings(tx, tenantId);
  const subject = { category: start.category, choice: start.quietHours, own: start.own };
  return {
    startsAt: toInstant(start.on, timeOfDayMs(start.timeOfDay), start.timeZone),
    quietHoursAt: (at) => meetQuietHours(settings, subject, at),
  };
}

const timeOfDayMs = (text: string): number => Date.parse(`1970-01-01T${text}:00.000Z`);

async function stepsOf(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  { policyId, steps }: SimulatePolicy,
): Promise<PolicyStep[]> {
  if (steps) {
    await assertLegal(tx, ctx, plugins, steps);
    return steps;
  }
  const policy = await findPolicy(tx, ctx.tenantId, policyId ?? "");
  if (!policy) throw noSuch("policy", policyId ?? "");
  return policy.version.steps;
}
