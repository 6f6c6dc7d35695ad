import type { Clock } from "../../../platform/clock.ts";
import { systemContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { recordAudit } from "../../audit/index.ts";
import { afterFailure, CALL_ERRORS, nextTry, RECOVERED_AFTER_MS, restAfter } from "../callback.rules.ts";
import { wakeCallbacks } from "../callback-endpoint.repository.ts";
import type { CallOutcome } from "./call-endpoint.ts";
import * as calling from "./calling.repository.ts";
import type { EndpointKey } from "./making.repository.ts";

/** What became of a call, and how long its endpoint is to be left alone. */
export interface Settled extends calling.Rest {
  outcome: "delivered" | "retried" | "dead";
}

export interface SettleCallDeps {
  /** Transactions as the worker role. */
  transact: Transact;
  clock: Clock;
}

/** Writes down how a call went, for the callback and for its endpoint; undefined: there was nothing left to tell. */
export function createSettleCall({ transact, clock }: SettleCallDeps) {
  return (
    key: EndpointKey,
    callback: calling.TakenCallback,
    outcome: CallOutcome | undefined,
  ): Promise<Settled> =>
    transact(key, (tx) => {
      if (!outcome) return forget(tx, clock, key, callback);
      return outcome.verdict.isReceived
        ? settleReceived(tx, key, callback, outcome)
        : settleFailed(tx, clock, key, callback, outcome);
    });
}

export type SettleCall = ReturnType<typeof createSettleCall>;

// Both lock the endpoint before its callbacks, as who switches it on again does.
async function settleReceived(
  tx: Tx,
  key: EndpointKey,
  callback: calling.TakenCallback,
  { attempt }: CallOutcome,
): Promise<Settled> {
  const failedForMs = await calling.clearFailing(tx, key);
  await calling.saveReceived(tx, key, callback.id, attempt);
  // What waits for hours need not, now that somebody listens again. Not where one fails between others that get through.
  if (failedForMs >= RECOVERED_AFTER_MS) await wakeCallbacks(tx, key.tenantId, key.endpointId);
  return { outcome: "delivered", restMs: 0, askedMs: 0 };
}

async function settleFailed(
  tx: Tx,
  clock: Clock,
  key: EndpointKey,
  callback: calling.TakenCallback,
  { attempt, verdict }: CallOutcome,
): Promise<Settled> {
  const endpoint = await calling.lockHealth(tx, key);
  if (!endpoint) return { outcome: "dead", restMs: 0, askedMs: 0 };
  const { now, isOn } = endpoint;
  const { restMs } = verdict;
  const chance = Math.random();
  const next = nextTry(callback.attemptCount + 1, { now, endsAt: callback.endsAt, restMs, chance });
  await calling.saveFailed(tx, key, callback, attempt, next);
  const outcome = next ? "retried" : "dead";
  // What an address does that was replaced meanwhile says nothing of the one that is called now.
  if (endpoint.url !== callback.url) return { outcome, restMs: 0, askedMs: 0 };
  const { disabledReason, ...health } = afterFailure(endpoint, verdict.status, now);
  const reason = isOn ? disabledReason : null;
  await calling.saveHealth(tx, key, health, reason);
  if (reason !== null) {
    await recordAudit(tx, systemContext(key.tenantId, "callbacks", clock), {
      action: "callback_endpoint.disabled",
      subjectId: key.endpointId,
      subjectName: endpoint.sourceName,
      after: { reason, failingSince: health.failingSince.toISOString(), failureCount: health.failureCount },
    });
  }
  return { outcome, restMs: Math.max(restMs, restAfter(health.failureCount)), askedMs: restMs };
}

/** Gives up a call whose events are not kept any more; the endpoint has no part in it. */
async function forget(
  tx: Tx,
  clock: Clock,
  key: EndpointKey,
  callback: calling.TakenCallback,
): Promise<Settled> {
  const attempt = {
    at: clock.now().toISOString(),
    durationMs: 0,
    status: null,
    error: CALL_ERRORS.forgotten,
  };
  await calling.saveFailed(tx, key, callback, attempt, undefined);
  return { outcome: "dead", restMs: 0, askedMs: 0 };
}
