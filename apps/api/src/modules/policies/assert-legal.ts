import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { invalidInput } from "../../platform/errors.ts";
import { findChannels } from "./policy.repository.ts";
import { checkSteps, type PluginCatalogue, type PolicyStep } from "./policy.rules.ts";

/** Throws 422 with every step that is wrong and the reason, judged by what the channels' plugins report. */
export async function assertLegal(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  steps: readonly PolicyStep[],
): Promise<void> {
  const channelIds = new Set(steps.flatMap((step) => step.channelIds));
  const channels = await findChannels(tx, ctx.tenantId, [...channelIds]);
  const errors = checkSteps(steps, channels, plugins);
  if (errors[0]) throw invalidInput(errors[0].detail, { errors });
}
