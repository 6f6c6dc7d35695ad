import type { schema } from "@tidings/db";
import type { PluginManifest } from "@tidings/sdk/plugin";
import { canonicalJson } from "../../platform/crypto/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";

/**
 * A policy's steps are tried in order. The first has no condition; a later one goes out when the step before
 * - `failed`: ended in a final failure, at once;
 * - `undelivered`: brought no delivery receipt within `afterSeconds` of the vendor's acceptance, or failed;
 * - `unread`: was neither read nor clicked within `afterSeconds`, or failed.
 *
 * What a channel never reports cannot be waited for: such a condition would fire for everybody.
 */
export type PolicyStep = schema.PolicyStep;

export const CONDITIONS = ["failed", "undelivered", "unread"] as const;

export const MAX_STEPS = 8;
export const MAX_CHANNELS_PER_STEP = 5;
export const MIN_AFTER_SECONDS = 60;
export const MAX_AFTER_SECONDS = 7 * 86_400;

/** What policies have to know of the installed plugins. */
export interface PluginCatalogue {
  list(): readonly { manifest: Pick<PluginManifest, "id" | "receipts"> }[];
}

/** A channel that a step may name. */
export interface PolicyChannel {
  id: string;
  name: string;
  pluginId: string;
}

/** Everything that is wrong with the steps; an empty list when the policy can be saved. */
export function checkSteps(
  steps: readonly PolicyStep[],
  channels: readonly PolicyChannel[],
  plugins: PluginCatalogue,
): FieldProblem[] {
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  return steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const pointer = `/steps/${index}`;
    const named = checkChannels(step, before, byId, pointer);
    if (!before) return [...named, ...checkFirst(step, pointer)];
    const reporting = before.channelIds.flatMap((id) => byId.get(id) ?? []);
    return [...named, ...checkCondition(step, pointer), ...checkReceipts(step, reporting, plugins, pointer)];
  });
}

function checkChannels(
  step: PolicyStep,
  before: PolicyStep | undefined,
  channels: ReadonlyMap<string, PolicyChannel>,
  pointer: string,
): FieldProblem[] {
  return step.channelIds.flatMap((id, index) => {
    const at = `${pointer}/channelIds/${index}`;
    const channel = channels.get(id);
    if (!channel) return [problem(at, `There is no channel ${id}.`, "unknown_channel")];
    if (step.channelIds.indexOf(id) !== index) {
      return [problem(at, `The channel "${channel.name}" is named twice in this step.`, "named_twice")];
    }
    if (before?.channelIds.includes(id)) {
      const detail = `A fallback goes to another channel; "${channel.name}" is in the step before already.`;
      return [problem(at, detail, "same_channel")];
    }
    return [];
  });
}

function checkFirst(step: PolicyStep, pointer: string): FieldProblem[] {
  return (["when", "afterSeconds"] as const)
    .filter((field) => step[field] !== undefined)
    .map((field) => problem(`${pointer}/${field}`, "The first step has no condition.", "not_applicable"));
}

function checkCondition({ when, afterSeconds }: PolicyStep, pointer: string): FieldProblem[] {
  if (when === undefined) {
    return [problem(`${pointer}/when`, "Every step but the first needs a condition.", "required")];
  }
  const at = `${pointer}/afterSeconds`;
  if (when === "failed" && afterSeconds !== undefined) {
    return [problem(at, "A failure is answered at once; leave the time out.", "not_applicable")];
  }
  if (when !== "failed" && afterSeconds === undefined) {
    return [problem(at, `Say after how many seconds a message counts as ${when}.`, "required")];
  }
  return [];
}

/** Every channel of the step before has to report what the condition waits for. */
function checkReceipts(
  { when }: PolicyStep,
  before: readonly PolicyChannel[],
  plugins: PluginCatalogue,
  pointer: string,
): FieldProblem[] {
  if (when === undefined || when === "failed") return [];
  const [receipt, what] =
    when === "unread"
      ? (["read", "that a message was read"] as const)
      : (["delivered", "that a message arrived"] as const);
  const manifests = new Map(plugins.list().map(({ manifest }) => [manifest.id, manifest]));
  return before
    .filter((channel) => !manifests.get(channel.pluginId)?.receipts[receipt])
    .map((channel) => {
      const detail = `The channel "${channel.name}" never reports ${what}, so "${when}" cannot be judged.`;
      return problem(`${pointer}/when`, detail, "no_receipt");
    });
}

/** Whether the steps are the same, in whatever order their fields stand. */
export const sameSteps = (a: readonly PolicyStep[], b: readonly PolicyStep[]): boolean =>
  canonicalJson(a) === canonicalJson(b);

const problem = (pointer: string, detail: string, code: string): FieldProblem => ({ pointer, detail, code });
