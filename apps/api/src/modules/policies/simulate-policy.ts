import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { invalidField, noSuch } from "../../platform/errors.ts";
import { type ChannelScript, type Simulation, simulateFlow } from "../flows/index.ts";
import { assertLegal } from "./assert-legal.ts";
import { findPolicy } from "./policy.repository.ts";
import type { PluginCatalogue, PolicyStep } from "./policy.rules.ts";

export interface SimulatePolicy {
  policyId?: string | undefined;
  steps?: PolicyStep[] | undefined;
  channels: ChannelScript[];
}

/** Tells what would become of an imagined user. Nothing is sent and nothing stored. */
export function createSimulatePolicy(deps: { transact: Transact; plugins: PluginCatalogue }) {
  return async function simulatePolicy(ctx: RequestContext, input: SimulatePolicy): Promise<Simulation> {
    authorize(ctx, "read", "Policy");
    if ((input.policyId === undefined) === (input.steps === undefined)) {
      throw invalidField("/steps", "Give either a policy or steps.", "exactly_one");
    }
    const steps = await deps.transact(ctx, (tx) => stepsOf(tx, ctx, deps.plugins, input));
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
    return simulateFlow(steps, input.channels);
  };
}

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
