import { voidApproval } from "../modules/approvals/index.ts";
import { createCircuitBreaker, createHealthReporter } from "../modules/channels/index.ts";
import {
  createDispatcher,
  createExpander,
  createLedger,
  createSendChunk,
  createSweeperLoops,
  enterCancellation,
  expandStep,
  finishMessage,
  SEND_QUEUE,
  type SendChunkDeps,
  SendHint,
  withdrawSteps,
} from "../modules/deliveries/index.ts";
import { createFallbackLoop, wakeFlows } from "../modules/flows/index.ts";
import { createWakingLoop } from "../modules/messages/index.ts";
import { createOccurrenceLoop } from "../modules/series/index.ts";
import { compactStatistics } from "../modules/statistics/index.ts";
import { type Loop, type RunningLoop, startLoop } from "../platform/loops.ts";
import type { HintWorker, QueueTransport } from "../platform/queue/index.ts";
import type { Foundation } from "./foundation.ts";

export interface Engine {
  /** Something may be due: dispatch now instead of at the next round. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Hints that one worker process follows at once; each is for a large chunk or some small ones. */
const HINTS_AT_ONCE = 24;

/** Starts everything that moves messages on. All loops and workers may run in any number of processes. */
export function startEngine(foundation: Foundation, queue: QueueTransport): Engine {
  const { dispatch, transactAsWorker: transact, logger, plugins, readRestraints } = foundation;
  const running: RunningLoop[] = [];
  let stopping = false;
  const start = (loop: Loop) => {
    const started = startLoop(loop, logger);
    running.push(started);
    return started;
  };

  const claiming = createDispatcher({
    dispatch,
    queue: queue.openQueue(SEND_QUEUE),
    limits: foundation.inFlightLimits,
  });
  const dispatcher = start(claiming);
  const afterLastBatch = () => {
    if (claiming.isHoldingBack()) dispatcher.nudge();
  };
  const afterChunk = async (tenantId: string, messageId: string) => {
    await transact({ tenantId }, (tx) => finishMessage(tx, tenantId, messageId));
    afterLastBatch();
  };
  const nudgeDispatcher = () => dispatcher.nudge();
  const expander = start(createExpander({ dispatch, transact, nudgeDispatcher, afterChunk, readRestraints }));
  start(
    createFallbackLoop({
      dispatch,
      transact,
      expandStep: async (tx, due, step) => expandStep(tx, due, step, await readRestraints(due.tenantId)),
      holdBatches: enterCancellation,
      withdrawSteps,
      afterChunk,
      nudgeDispatcher,
      now: () => foundation.clock.now(),
    }),
  );
  for (const loop of calendarLoops(foundation, () => expander.nudge())) start(loop);
  const sweepers = createSweeperLoops({
    dispatch,
    worker: foundation.worker,
    transact,
    catalogue: plugins,
    compactStatistics: async (tenantId) => {
      await transact({ tenantId }, (tx) => compactStatistics(tx, tenantId));
    },
    wakeFlows,
    afterChunk,
    logger,
  });
  for (const loop of sweepers) start(loop);
  const { report } = foundation.metrics.ledger;
  start(createLedger({ dispatch, transact, logger, now: () => foundation.clock.now(), report }));
  const worker = startSending(foundation, queue, { afterChunk, afterLastBatch, isStopping: () => stopping });

  return {
    nudge() {
      expander.nudge();
      dispatcher.nudge();
    },
    async stop() {
      stopping = true;
      await Promise.all([worker.stop(), ...running.map((loop) => loop.stop())]);
    },
  };
}

/** What begins, or ends, because its time has come. */
function calendarLoops(foundation: Foundation, nudgeExpander: () => void): Loop[] {
  const { dispatch, transactAsWorker: transact, clock } = foundation;
  return [
    createWakingLoop({
      dispatch,
      transact,
      withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "message", id }),
      nudgeExpander,
      now: () => clock.now(),
    }),
    createOccurrenceLoop({
      dispatch,
      transact,
      withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "series", id }),
      nudgeExpander,
      clock,
    }),
  ];
}

function startSending(
  foundation: Foundation,
  queue: QueueTransport,
  steps: Pick<SendChunkDeps, "afterChunk" | "afterLastBatch" | "isStopping">,
): HintWorker {
  const { transactAsWorker, vault } = foundation;
  const reportHealth = createHealthReporter({ transactAsWorker, clock: foundation.clock });
  const sendChunk = createSendChunk({
    transact: transactAsWorker,
    readRestraints: foundation.readRestraints,
    runtime: foundation.runtime,
    catalogue: foundation.plugins,
    toHandle: (tenantId, channelId, channel) => vault.toHandle({ tenantId, id: channelId, ...channel }),
    afterBatch: async (tx, work, range) => {
      if (work.hasFlows) await wakeFlows(tx, work, work.step, range);
    },
    ...steps,
    breaker: createCircuitBreaker({ transactAsWorker, clock: foundation.clock }),
    reportHealth: (tenantId, channelId, revision, health) =>
      reportHealth({ tenantId, id: channelId, revision }, health),
  });
  return queue.work({
    queue: SEND_QUEUE,
    payload: SendHint,
    concurrency: HINTS_AT_ONCE,
    process: ({ claims }) => allOf(claims.map(sendChunk)),
  });
}

/** Waits for all, also when some fail; then throws the first failure. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
