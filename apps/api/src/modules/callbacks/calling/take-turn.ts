import { setTimeout } from "node:timers/promises";
import type { Transact } from "../../../platform/database/index.ts";
import { CALLS_AT_ONCE, TURN_MS } from "../callback.rules.ts";
import { listEvents } from "../event.repository.ts";
import { type CallEndpoint, writeBody } from "./call-endpoint.ts";
import * as calling from "./calling.repository.ts";
import type { EndpointKey } from "./making.repository.ts";
import type { SettleCall, Settled } from "./settle-call.ts";

const LOOK_AGAIN_MS = 250;
const NO_REST: calling.Rest = { restMs: 0, askedMs: 0 };

export interface TakeTurnDeps {
  /** Transactions as the worker role. */
  transact: Transact;
  callEndpoint: CallEndpoint;
  settleCall: SettleCall;
  report(outcome: Settled["outcome"], count: number): void;
  isStopping(): boolean;
}

/**
 * A turn of one endpoint. It is the process's alone for that time, so that there are never more calls at once than it may
 * get. The turn ends when nothing is due, when its time is over, and with the first call that fails.
 */
export function createTakeTurn(deps: TakeTurnDeps) {
  return async function takeTurn(key: EndpointKey): Promise<void> {
    const taken = await deps.transact(key, async (tx) => {
      const endpoint = await calling.takeEndpoint(tx, key);
      if (!endpoint) return undefined;
      const deadCount = await calling.giveUpOverdue(tx, key);
      if (!endpoint.isOn) await calling.letWait(tx, key);
      return { endpoint, deadCount };
    });
    if (!taken) return;
    if (taken.deadCount > 0) deps.report("dead", taken.deadCount);
    const rest = taken.endpoint.isOn ? await callInTurn(deps, taken.endpoint) : NO_REST;
    await deps.transact(key, (tx) => calling.leaveEndpoint(tx, taken.endpoint, rest));
  };
}

/** Makes the calls that are due. Answers how long the endpoint is to be left alone. */
async function callInTurn(deps: TakeTurnDeps, endpoint: calling.TakenEndpoint): Promise<calling.Rest> {
  const endsAtMs = performance.now() + TURN_MS;
  let { restMs, askedMs } = NO_REST;
  let hasFailed = false;
  let underWay = 0;
  const isOver = () => hasFailed || deps.isStopping() || performance.now() > endsAtMs;
  /** False when nothing was due. */
  const step = async (): Promise<boolean> => {
    underWay++;
    try {
      const settled = await callNext(deps, endpoint);
      restMs = Math.max(restMs, settled?.restMs ?? 0);
      askedMs = Math.max(askedMs, settled?.askedMs ?? 0);
      hasFailed ||= settled?.restMs !== undefined && settled.restMs > 0;
      return settled !== undefined;
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      underWay--;
    }
  };
  const lane = async () => {
    while (!isOver()) {
      if (await step()) continue;
      if (underWay === 0) return;
      // Another call takes its time; what becomes due meanwhile need not wait for it.
      await setTimeout(LOOK_AGAIN_MS);
    }
  };
  // Only when one call has got through, others go beside it.
  if (endpoint.isFailing && !isOver()) await step();
  const lanes = Array.from({ length: CALLS_AT_ONCE }, lane);
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return { restMs, askedMs };
}

/** Makes the call that has been due longest; undefined when none is. */
async function callNext(deps: TakeTurnDeps, endpoint: calling.TakenEndpoint): Promise<Settled | undefined> {
  const { tenantId, endpointId } = endpoint;
  const found = await deps.transact(endpoint, async (tx) => {
    const callback = await calling.takeCallback(tx, endpoint);
    return callback && { callback, events: await listEvents(tx, tenantId, callback.id) };
  });
  if (!found) return undefined;
  const { callback, events } = found;
  const { id, url, createdAt } = callback;
  const body = writeBody("deliveries", createdAt, events);
  const isKept = events.length > 0;
  const outcome = isKept ? await deps.callEndpoint({ tenantId, endpointId, url, id, body }) : undefined;
  const settled = await deps.settleCall(endpoint, callback, outcome);
  deps.report(settled.outcome, 1);
  return settled;
}
