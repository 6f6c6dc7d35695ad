import type { Clock } from "../../platform/clock.ts";
import { systemContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { recordAudit } from "../audit/index.ts";
import { closeCircuit, lockCircuit, openCircuit } from "./circuit.repository.ts";
import { isNotable, type Observation, opens, probePauseSeconds } from "./circuit.rules.ts";

interface SentThrough {
  tenantId: string;
  id: string;
  revision: number;
  /** The circuit was not closed when the chunk was begun: this is the probe. */
  isProbe: boolean;
}

const MAX_REMEMBERED = 10_000;

/**
 * Opens and closes channels' circuits by what workers see. Failures in a row are counted by each process for itself;
 * the state is shared. A channel that works costs nothing here.
 */
export function createCircuitBreaker(deps: { transactAsWorker: Transact; clock: Clock }) {
  const failures = new Map<string, number>();

  function countFailure(key: string): number {
    if (failures.size >= MAX_REMEMBERED) failures.clear();
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    return count;
  }

  async function open(
    tx: Tx,
    channel: SentThrough,
    seen: Exclude<Observation, { kind: "works" }>,
  ): Promise<void> {
    const found = await lockCircuit(tx, channel);
    // Batches of other workers fail too; the first has opened it, and only a probe makes the pause longer.
    const state = found?.circuit?.state ?? "closed";
    if (!found || (state === "open" && seen.kind !== "throttled")) return;
    const failedProbeCount = state === "half_open" ? (found.circuit?.failedProbeCount ?? 0) + 1 : 0;
    const { kind: cause, code: reason, detail } = seen;
    const isNew = state === "closed";
    const pauseSeconds = probePauseSeconds(seen, failedProbeCount);
    await openCircuit(tx, channel, { cause, reason, detail, failedProbeCount, isNew }, pauseSeconds);
    if (!isNew || !isNotable(cause)) return;
    await record(tx, channel, found.name, "channel.paused", { cause, code: reason, detail });
  }

  async function close(tx: Tx, channel: SentThrough): Promise<void> {
    const found = await lockCircuit(tx, channel);
    if (!found?.circuit || found.circuit.state === "closed") return;
    await closeCircuit(tx, channel);
    const { cause, since } = found.circuit;
    if (isNotable(cause)) await record(tx, channel, found.name, "channel.resumed", { cause, since });
  }

  const record = (tx: Tx, channel: SentThrough, subjectName: string, action: string, after: object) =>
    recordAudit(tx, systemContext(channel.tenantId, "delivery engine", deps.clock), {
      action,
      subjectId: channel.id,
      subjectName,
      after,
    });

  return {
    /** Takes note of what a batch showed; true when the channel is not to be sent through any more. */
    async observe(channel: SentThrough, seen: Observation): Promise<boolean> {
      const key = `${channel.id}@${channel.revision}`;
      if (seen.kind === "works") {
        failures.delete(key);
        if (channel.isProbe) await deps.transactAsWorker(channel, (tx) => close(tx, channel));
        return false;
      }
      const inARow = countFailure(key);
      if (!channel.isProbe && !opens(seen, inARow)) return false;
      await deps.transactAsWorker(channel, (tx) => open(tx, channel, seen));
      return true;
    },
  };
}
