import type { Clock } from "../../platform/clock.ts";
import type { Transact } from "../../platform/database/index.ts";
import { noteHealth } from "./channel.repository.ts";

/** What a worker saw of a channel while sending. */
export type ObservedHealth = { ok: true } | { ok: false; code: string; detail: string };

const MAX_REMEMBERED = 10_000;
/** How long a process relies on what it has said: a test call, or another process, may have said something else since. */
const SAY_AGAIN_AFTER_MS = 30_000;

export interface HealthReporterDeps {
  transactAsWorker: Transact;
  clock: Clock;
  /** Milliseconds on a clock that nobody sets; `performance.now` in production. */
  monotonicMs?: () => number;
}

/**
 * Keeps a channel's health as sending shows it. Only changes are written, and looked for every half minute: a channel that
 * works is reported with every batch.
 */
export function createHealthReporter(deps: HealthReporterDeps) {
  const { monotonicMs = () => performance.now() } = deps;
  const lastSaid = new Map<string, { seen: string; atMs: number }>();

  return async function reportHealth(
    channel: { tenantId: string; id: string; revision: number },
    health: ObservedHealth,
  ): Promise<void> {
    const key = `${channel.id}@${channel.revision}`;
    const news = { seen: health.ok ? "ok" : health.code, atMs: monotonicMs() };
    const said = lastSaid.get(key);
    if (said?.seen === news.seen && news.atMs - said.atMs < SAY_AGAIN_AFTER_MS) return;
    if (lastSaid.size >= MAX_REMEMBERED) lastSaid.clear();
    lastSaid.set(key, news);
    try {
      await deps.transactAsWorker(channel, (tx) =>
        noteHealth(tx, channel, {
          health: health.ok ? "healthy" : "failing",
          healthCode: health.ok ? null : health.code,
          healthDetail: health.ok ? null : health.detail,
          healthAt: deps.clock.now(),
        }),
      );
    } catch (error) {
      if (lastSaid.get(key) === news) lastSaid.delete(key);
      throw error;
    }
  };
}
