import { createHealthReporter } from "../modules/channels/index.ts";
import {
  createDispatcher,
  createExpander,
  createSendChunk,
  createSweeperLoops,
  expandStep,
  finishMessage,
  SEND_QUEUE,
  SendHint,
} from "../modules/deliveries/index.ts";
import { createFallbackLoop, wakeFlows } from "../modules/flows/index.ts";
import { compactStatistics } from "../modules/statistics/index.ts";
import { type Loop, type RunningLoop, startLoop } from "../platform/loops.ts";
import type { HintWorker, QueueTransport } from "../platform/queue/index.ts";
import type { Foundation } from "./foundation.ts";

export interface Engine {
  /** Something may be due: dispatch now instead of at the next round. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Chunks that one worker process sends at once. */
const CHUNKS_AT_ONCE = 8;

/** Starts everything that moves messages on. All loops and workers may run in any number of processes. */
export function startEngine(foundation: Foundation, queue: QueueTransport): Engine {
  const { dispatch, transactAsWorker: transact, logger, plugins } = foundation;
  const running: RunningLoop[] = [];
  const start = (loop: Loop) => {
    const started = startLoop(loop, logger);
    running.push(started);
    return started;
  };

  const afterChunk = (tenantId: string, messageId: string) =>
    transact({ tenantId }, (tx) => finishMessage(tx, tenantId, messageId));
  const dispatcher = start(createDispatcher({ dispatch, queue: queue.openQueue(SEND_QUEUE) }));
  const nudgeDispatcher = () => dispatcher.nudge();
  const expander = start(createExpander({ dispatch, transact, nudgeDispatcher, afterChunk }));
  start(
    createFallbackLoop({
      dispatch,
      transact,
      expandStep,
      afterChunk,
      nudgeDispatcher,
      now: () => foundation.clock.now(),
    }),
  );
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
  const worker = startSending(foundation, queue, afterChunk);

  return {
    nudge() {
      expander.nudge();
      dispatcher.nudge();
    },
    async stop() {
      await Promise.all(running.map((loop) => loop.stop()));
      await worker.stop();
    },
  };
}

function startSending(
  foundation: Foundation,
  queue: QueueTransport,
  afterChunk: (tenantId: string, messageId: string) => Promise<void>,
): HintWorker {
  const { transactAsWorker, vault } = foundation;
  const reportHealth = createHealthReporter({ transactAsWorker, clock: foundation.clock });
  const sendChunk = createSendChunk({
    transact: transactAsWorker,
    runtime: foundation.runtime,
    catalogue: foundation.plugins,
    toHandle: (tenantId, channelId, channel) => vault.toHandle({ tenantId, id: channelId, ...channel }),
    afterBatch: async (tx, work, range) => {
      if (work.hasFlows) await wakeFlows(tx, work, work.step, range);
    },
    afterChunk,
    reportHealth: (tenantId, channelId, revision, health) =>
      reportHealth({ tenantId, id: channelId, revision }, health),
  });
  return queue.work({
    queue: SEND_QUEUE,
    payload: SendHint,
    concurrency: CHUNKS_AT_ONCE,
    process: sendChunk,
  });
}
