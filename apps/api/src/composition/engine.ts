import { createAllowanceForgettingLoop } from "../modules/allowances/index.ts";
import { holdApproval, isApprovalByCost, voidApproval } from "../modules/approvals/index.ts";
import { createAudienceFileSweeper } from "../modules/audience-files/index.ts";
import { createEventSweeper } from "../modules/callbacks/index.ts";
import { createCircuitBreaker, createHealthReporter, findChannel } from "../modules/channels/index.ts";
import { type CollectorDeps, createCollector } from "../modules/collections/index.ts";
import {
  applyReceipts,
  type ChunkSender,
  createChunkSender,
  createDirectSender,
  createDispatcher,
  createExpander,
  createHintWatch,
  createLedger,
  createSlicer,
  createStrandedLoop,
  createSweeperLoops,
  createTakeTurn,
  type DispatcherDeps,
  type ExpanderDeps,
  enterCancellation,
  expandStep,
  finishMessages,
  holdCancellation,
  releaseDeferred,
  SEND_QUEUE,
  type SendChunksDeps,
  SendHint,
  saveLedgerRound,
  type TurnDeps,
} from "../modules/deliveries/index.ts";
import { createFallbackLoop, wakeFlows } from "../modules/flows/index.ts";
import { createInboxSweeper } from "../modules/inbox/index.ts";
import {
  createReconciler,
  openAbandoned,
  openInquiry,
  type ReconcilerDeps,
} from "../modules/inquiries/index.ts";
import { isInstalled } from "../modules/installations/index.ts";
import { createForgettingLoop, createJudgeAgain, createWakingLoops } from "../modules/messages/index.ts";
import { createReleaseLoop } from "../modules/quiet-hours/index.ts";
import { createRecaller } from "../modules/recalls/index.ts";
import { createOccurrenceLoop } from "../modules/series/index.ts";
import { compactStatistics } from "../modules/statistics/index.ts";
import { createSyncChannel, createVendorTemplateSyncer } from "../modules/vendor-templates/index.ts";
import type { Loop } from "../platform/loops.ts";
import type { PluginCatalogues } from "../platform/plugin-runtime/index.ts";
import type { QueueTransport } from "../platform/queue/index.ts";
import { createSpareTime } from "../platform/spare-time.ts";
import { askAgain } from "./ask-for-approval.ts";
import { startCallbacks } from "./callbacks.ts";
import type { Foundation } from "./foundation.ts";
import { judgingIn } from "./judging.ts";
import { createLoops } from "./loops.ts";
import { pluginLoops } from "./plugins.ts";

/** A message whose deliveries are to be made. */
export interface Accepted {
  tenantId: string;
  /** They are made together with those of others. */
  isNamed: boolean;
}

/** Something may be due: now instead of at the next round. With a message, that is all. */
export type Nudge = (accepted?: Accepted) => void;

export interface Engine {
  nudge: Nudge;
  /** Hints do not get through at the moment; chunks are sent without them. */
  isDegraded(): boolean;
  stop(): Promise<void>;
}

/** Hints that one worker process follows at once; each is for a large chunk or some small ones. */
const HINTS_AT_ONCE = 64;

/** Starts everything that moves messages on. All loops and workers may run in any number of processes. */
export function startEngine(
  foundation: Foundation,
  queue: QueueTransport,
  hasTime: DispatcherDeps["hasTime"] = createSpareTime(),
): Engine {
  const { dispatch, transactAsWorker: transact, readRestraints } = foundation;
  let stopping = false;
  const loops = createLoops(foundation);
  const afterLastBatch = () => {
    if (claiming.isHoldingBack()) dispatcher.nudge();
  };
  const afterChunk = async (tenantId: string, ...messageIds: string[]) => {
    await transact({ tenantId }, (tx) => finishMessages(tx, tenantId, messageIds));
    afterLastBatch();
  };
  const sender = composeSender(foundation, {
    afterChunk,
    afterLastBatch,
    isStopping: () => stopping,
  });
  const sending = startSending(foundation, queue, sender, afterLastBatch);
  const claiming = createDispatcher({
    dispatch,
    queue: sending.hints,
    limits: foundation.inFlightLimits,
    direct: sending.direct,
    hasTime,
    isDegraded: sending.hints.isDegraded,
  });
  const dispatcher = loops.start(claiming);
  loops.start(sending.hints.loop);
  const nudgeDispatcher = () => dispatcher.nudge();
  const nudgeExpanding = startExpanding(loops, {
    dispatch,
    transact,
    nudgeDispatcher,
    letThrough: claiming.letThrough,
    direct: sending.direct,
    afterChunk,
    readRestraints,
    logger: foundation.logger,
  });
  const later = [
    createFallbackLoop({
      dispatch,
      transact,
      expandStep: async (tx, due, step) =>
        expandStep(tx, due, { ...step, restraints: await readRestraints(due.tenantId) }),
      holdBatches: enterCancellation,
      afterChunk,
      nudgeDispatcher,
      logger: foundation.logger,
    }),
    ...calendarLoops(foundation, nudgeExpanding),
    ...upkeepLoops(foundation, afterChunk),
    ...followUpLoops(foundation, { afterChunk, nudgeDispatcher }),
    ...pluginLoops(foundation),
  ];
  for (const loop of later) loops.start(loop);
  const callbacks = startCallbacks(foundation, loops);

  return {
    nudge(accepted) {
      if (!accepted) dispatcher.nudge();
      nudgeExpanding(accepted);
    },
    isDegraded: sending.hints.isDegraded,
    async stop() {
      stopping = true;
      // What the loops have begun is sent to its end, and waits for no receiver of callbacks that hangs.
      await Promise.all([loops.stop().then(() => sending.stop()), callbacks.stop()]);
    },
  };
}

/** Makes deliveries; those of large audiences beside the others. */
function startExpanding(
  loops: ReturnType<typeof createLoops>,
  deps: Omit<ExpanderDeps & TurnDeps, "takeTurn">,
): Nudge {
  const takeTurn = createTakeTurn(deps);
  const start = (loop: ReturnType<typeof createExpander | typeof createSlicer>) => {
    const { nudge } = loops.start(loop);
    return (tenantId?: string) => {
      if (tenantId !== undefined) loop.expect(tenantId);
      nudge();
    };
  };
  const nudgeExpander = start(createExpander({ ...deps, takeTurn }));
  const nudgeSlicer = start(createSlicer({ ...deps, takeTurn }));
  return (accepted) => {
    if (accepted?.isNamed !== false) nudgeExpander(accepted?.tenantId);
    if (!accepted?.isNamed) nudgeSlicer(accepted?.tenantId);
  };
}

/** Tells of plugins that a tenant has, and that this process cannot read or has not heard of yet. */
const outOfReachIn =
  (catalogue: PluginCatalogues): ReconcilerDeps["isOutOfReach"] =>
  async (tx, tenantId, pluginId) =>
    catalogue.of(tenantId).obstacleTo(pluginId) !== undefined || isInstalled(tx, pluginId);

/** What puts right, compacts and checks. */
function upkeepLoops(foundation: Foundation, afterChunk: SendChunksDeps["afterChunk"]): Loop[] {
  const { dispatch, transactAsWorker: transact, logger, plugins } = foundation;
  const sweepers = createSweeperLoops({
    dispatch,
    worker: foundation.worker,
    transact,
    catalogue: plugins,
    isOutOfReach: outOfReachIn(plugins),
    compactStatistics: async (tenantId) => {
      await transact({ tenantId }, (tx) => compactStatistics(tx, tenantId));
    },
    wakeFlows,
    openAbandoned,
    afterChunk,
    logger,
  });
  const ledger = createLedger({
    dispatch,
    transact,
    logger,
    now: () => foundation.clock.now(),
    async report(round) {
      foundation.metrics.ledger.report(round);
      await foundation.worker.transaction((tx) => saveLedgerRound(tx, round));
    },
  });
  return [
    ...sweepers,
    createAudienceFileSweeper({ dispatch, transact, now: () => foundation.clock.now() }),
    createInboxSweeper({ dispatch, transact }),
    createAllowanceForgettingLoop({ dispatch, transact }),
    createEventSweeper({ dispatch, transact }),
    ledger,
    createForgettingLoop({ dispatch, transact }),
    createStrandedLoop({ dispatch, transact, readRestraints: foundation.readRestraints, afterChunk }),
  ];
}

/**
 * What comes back to vendors: asks about what is not known, takes back what people asked for, fetches what they report,
 * lists what is reviewed.
 */
function followUpLoops(
  { dispatch, transactAsWorker: transact, runtime, plugins: catalogue, vault, clock, logger }: Foundation,
  {
    afterChunk,
    nudgeDispatcher,
  }: Pick<SendChunksDeps, "afterChunk"> & Pick<ReconcilerDeps, "nudgeDispatcher">,
): Loop[] {
  const findHandle: ReconcilerDeps["findChannel"] = async (tx, { tenantId, channelId }) => {
    const channel = await findChannel(tx, tenantId, channelId);
    return channel && vault.toHandle(channel);
  };
  const applyEvents: CollectorDeps["applyReceipts"] = (tx, channel, events) =>
    applyReceipts(tx, catalogue, channel, events);
  const shared = { dispatch, transact, runtime, catalogue, findChannel: findHandle };
  return [
    createReconciler({
      ...shared,
      isOutOfReach: outOfReachIn(catalogue),
      applyReceipts: applyEvents,
      holdCancellation,
      wakeFlows,
      afterInquiry: afterChunk,
      nudgeDispatcher,
      now: () => clock.now(),
    }),
    createRecaller({ ...shared, holdBatches: enterCancellation, afterRecall: afterChunk }),
    createCollector({ ...shared, catalogue: catalogue.shipped, applyReceipts: applyEvents, logger }),
    createVendorTemplateSyncer({
      dispatch,
      transact,
      plugins: catalogue,
      vault,
      syncChannel: createSyncChannel({ transact, catalogue, runtime, now: () => clock.now() }),
    }),
  ];
}

/** What begins, or ends, because its time has come. */
function calendarLoops(foundation: Foundation, nudgeExpander: () => void): Loop[] {
  const { dispatch, transactAsWorker: transact, clock } = foundation;
  return [
    ...createWakingLoops({
      dispatch,
      transact,
      withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "message", id }),
      isApprovalByCost,
      judgeAgain: createJudgeAgain(judgingIn(foundation)),
      askAgain,
      nudgeExpander,
      now: () => clock.now(),
    }),
    createReleaseLoop({ dispatch, transact, releaseDeferred }),
    createOccurrenceLoop({
      dispatch,
      transact,
      holdApproval,
      withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "series", id }),
      nudgeExpander,
      clock,
    }),
  ];
}

function composeSender(
  foundation: Foundation,
  steps: Pick<SendChunksDeps, "afterChunk" | "afterLastBatch" | "isStopping">,
): ChunkSender {
  const { transactAsWorker, vault } = foundation;
  const reportHealth = createHealthReporter({ transactAsWorker, clock: foundation.clock });
  return createChunkSender({
    transact: transactAsWorker,
    readRestraints: foundation.readRestraints,
    runtime: foundation.runtime,
    catalogue: foundation.plugins,
    isInstalled,
    toHandle: (tenantId, channelId, channel) => vault.toHandle({ tenantId, id: channelId, ...channel }),
    trackedAddress: foundation.trackedAddresses.write,
    unsubscribeUrl: (recipient) => foundation.unsubscribeAddresses.write(recipient, foundation.clock.now()),
    afterBatch: async (tx, work, range) => {
      if (work.hasFlows) await wakeFlows(tx, work, work.step, range);
    },
    openInquiry,
    ...steps,
    breaker: createCircuitBreaker({ transactAsWorker, clock: foundation.clock }),
    reportHealth: (tenantId, channelId, revision, health) =>
      reportHealth({ tenantId, id: channelId, revision }, health),
  });
}

/** Follows hints, and watches that they come; while they do not, chunks are sent without. */
function startSending(
  { dispatch, metrics, logger }: Foundation,
  transport: QueueTransport,
  sender: ChunkSender,
  onRoom: () => void,
) {
  const direct = createDirectSender({ sender, slots: HINTS_AT_ONCE, onRoom, logger });
  const hints = createHintWatch({
    dispatch,
    transport,
    queue: transport.openQueue(SEND_QUEUE),
    direct,
    slots: HINTS_AT_ONCE,
    report: metrics.queue.report,
    logger,
  });
  const worker = transport.work({
    queue: SEND_QUEUE,
    payload: SendHint,
    concurrency: HINTS_AT_ONCE,
    process: (hint) => hints.follow(hint, sender.send),
  });
  return {
    hints,
    direct,
    async stop() {
      await Promise.all([worker.stop(), direct.stop()]);
    },
  };
}
