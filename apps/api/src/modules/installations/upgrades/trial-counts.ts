import type { SendResult } from "@tidings/sdk/plugin";
import type { Transact } from "../../../platform/database/index.ts";
import type { TrialCounter } from "../../../platform/plugin-runtime/index.ts";
import { addTrialCounts, type InstallationKey } from "./trial.repository.ts";
import { type TrialCounts as Counts, NO_COUNTS } from "./trial.rules.ts";

/** Counts in memory what becomes of batches, and hands it on every now and then. */
export interface TrialCounts extends TrialCounter {
  /** Adds what was counted since the last time to what all processes have counted. */
  save(): Promise<void>;
}

interface Entry {
  plugin: InstallationKey;
  sha256: string;
  counts: Counts;
}

/** What a process that dies has not handed on is lost: a trial compares rates, not sums. */
export function createTrialCounts(deps: { transactAsWorker: Transact }): TrialCounts {
  let entries = new Map<string, Entry>();

  return {
    count({ tenantId, pluginId }, sha256, results) {
      const key = `${tenantId} ${pluginId} ${sha256}`;
      const entry = entries.get(key) ?? { plugin: { tenantId, pluginId }, sha256, counts: { ...NO_COUNTS } };
      for (const { status } of results) if (isCounted(status)) entry.counts[status] += 1;
      entries.set(key, entry);
    },

    async save() {
      const counted = entries;
      entries = new Map();
      for (const { plugin, sha256, counts } of counted.values()) {
        await deps.transactAsWorker(plugin, (tx) => addTrialCounts(tx, plugin, sha256, counts));
      }
    },
  };
}

/** That a vendor asks for a pause says nothing about the version. */
const isCounted = (status: SendResult["status"]): status is keyof Counts => status !== "throttled";
