import type { Channel, CreatePolicy, Policy, PolicyStep } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { atMost, first, required } from "#lib/forms/rules.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

export const CONDITIONS = ["failed", "undelivered", "unread"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One step while it is written; the first one ignores its condition. */
export interface StepDraft {
  channelIds: string[];
  when: Condition;
  afterMinutes: number | undefined;
}

export interface PolicyDraft {
  name: string;
  steps: StepDraft[];
}

const MAX_NAME_LENGTH = 80;
export const MAX_STEPS = 8;
export const MAX_CHANNELS_PER_STEP = 5;
const MAX_AFTER_MINUTES = 7 * 24 * 60;
const SECONDS_PER_MINUTE = 60;

/** A fallback that most senders mean: five minutes without an answer. */
export function newStep(): StepDraft {
  return { channelIds: [], when: "undelivered", afterMinutes: 5 };
}

export function policyDraftOf(policy: Policy | undefined): PolicyDraft {
  if (!policy) return { name: "", steps: [newStep(), newStep()] };
  const steps = policy.steps.map(({ channelIds, when, afterSeconds }) => ({
    channelIds: [...channelIds],
    when: when ?? "failed",
    afterMinutes: afterSeconds === undefined ? 5 : afterSeconds / SECONDS_PER_MINUTE,
  }));
  return { name: policy.name, steps };
}

/** What is sent: the first step has no condition, and a failure is answered at once. */
export function sentPolicy({ name, steps }: PolicyDraft): CreatePolicy {
  return { name: name.trim(), steps: steps.map(sentStep) };
}

export function sentStep({ channelIds, when, afterMinutes }: StepDraft, index: number): PolicyStep {
  if (index === 0) return { channelIds };
  if (when === "failed") return { channelIds, when };
  return { channelIds, when, afterSeconds: Math.round((afterMinutes ?? 0) * SECONDS_PER_MINUTE) };
}

/** What keeps a policy from being saved, by field. */
export function checkPolicy(
  { name, steps }: PolicyDraft,
  channels: readonly Channel[],
  plugins: PluginCatalogue,
): FieldErrors {
  const errors: FieldErrors = { name: first(required(name), atMost(name, MAX_NAME_LENGTH)) };
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    const path = `steps/${index}`;
    errors[`${path}/channelIds`] = channelsFault(step, before, channels);
    if (!before) continue;
    errors[`${path}/afterSeconds`] = minutesFault(step);
    errors[`${path}/when`] = conditionFault(step.when, before, channels, plugins);
  }
  return errors;
}

function channelsFault(
  { channelIds }: StepDraft,
  before: StepDraft | undefined,
  channels: readonly Channel[],
): string | undefined {
  if (channelIds.length === 0) return m.policies_channels_required();
  if (channelIds.length > MAX_CHANNELS_PER_STEP)
    return m.policies_channels_too_many({ max: MAX_CHANNELS_PER_STEP });
  const twice = channels.find(({ id }) => channelIds.includes(id) && before?.channelIds.includes(id));
  return twice && m.policies_same_channel({ channel: twice.name });
}

function minutesFault({ when, afterMinutes }: StepDraft): string | undefined {
  if (when === "failed") return undefined;
  if (afterMinutes === undefined) return m.field_required();
  if (!Number.isInteger(afterMinutes)) return m.field_integer();
  if (afterMinutes < 1) return m.field_minimum({ minimum: 1 });
  return afterMinutes > MAX_AFTER_MINUTES ? m.field_maximum({ maximum: MAX_AFTER_MINUTES }) : undefined;
}

/** What a channel never reports cannot be waited for: the condition would come true for everybody. */
export function conditionFault(
  when: Condition,
  before: Pick<StepDraft, "channelIds">,
  channels: readonly Channel[],
  plugins: PluginCatalogue,
): string | undefined {
  if (when === "failed") return undefined;
  const receipt = when === "unread" ? "read" : "delivered";
  const silent = channels.find(
    ({ id, pluginId }) =>
      before.channelIds.includes(id) && plugins.find(pluginId)?.receipts[receipt] === false,
  );
  if (!silent) return undefined;
  const channel = silent.name;
  return when === "unread" ? m.policies_never_read({ channel }) : m.policies_never_delivered({ channel });
}
