import type { Clock } from "../../platform/clock.ts";
import type { Transact } from "../../platform/database/index.ts";
import { saveHealth } from "./channel.repository.ts";

/** What a worker saw of a channel while sending. */
export type ObservedHealth = { ok: true } | { ok: false; code: string; detail: string };

const MAX_REMEMBERED = 10_000;

/**
 * Keeps a channel's health as sending shows it. Only changes are written: a channel that works is reported with
 * every batch.
 */
export function createHealthReporter(deps: { transactAsWorker: Transact; clock: Clock }) {
  const lastSeen = new Map<string, string>();

  return async function reportHealth(
    channel: { tenantId: string; id: string; revision: number },
    health: ObservedHealth,
  ): Promise<void> {
    const key = `${channel.id}@${channel.revision}`;
    const seen = health.ok ? "ok" : health.code;
    if (lastSeen.get(key) === seen) return;
    if (lastSeen.size >= MAX_REMEMBERED) lastSeen.clear();
    lastSeen.set(key, seen);
    await deps.transactAsWorker(channel, (tx) =>
      saveHealth(tx, channel, {
        health: health.ok ? "healthy" : "failing",
        healthCode: health.ok ? null : health.code,
        healthDetail: health.ok ? null : health.detail,
        healthAt: deps.clock.now(),
      }),
    );
  };
}
