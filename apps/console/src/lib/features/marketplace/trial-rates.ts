import type { PluginTrialCounts } from "#lib/api/client.ts";
import { m } from "#messages";

/** How often one kind of outcome came, with either version. */
export interface TrialRate {
  key: keyof PluginTrialCounts;
  label: string;
  old: number;
  new: number;
}

const OUTCOMES: Record<keyof PluginTrialCounts, () => string> = {
  accepted: m.marketplace_outcome_accepted,
  rejected: m.marketplace_outcome_rejected,
  config: m.marketplace_outcome_config,
  transient: m.marketplace_outcome_transient,
  unknown: m.marketplace_outcome_unknown,
};

export const trialTotal = (counts: PluginTrialCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Shares between 0 and 1; nothing was handed over yet: 0. */
export const trialRates = (counts: { old: PluginTrialCounts; new: PluginTrialCounts }): TrialRate[] =>
  (Object.keys(OUTCOMES) as (keyof PluginTrialCounts)[]).map((key) => ({
    key,
    label: OUTCOMES[key](),
    old: share(counts.old, key),
    new: share(counts.new, key),
  }));

const share = (counts: PluginTrialCounts, key: keyof PluginTrialCounts) =>
  counts[key] / (trialTotal(counts) || 1);
