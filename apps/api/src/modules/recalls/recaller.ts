import type { RecallResult, SentMessage } from "@tidings/sdk/plugin";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { fromBigint, toBigint } from "../../platform/ids.ts";
import type { Loop } from "../../platform/loops.ts";
import type { ChannelHandle, PluginCatalogues, PluginRuntime } from "../../platform/plugin-runtime/index.ts";
import { REASONS, withdrawSteps } from "../deliveries/index.ts";
import {
  addToTally,
  type JudgedRecall,
  judgeRecalls,
  MAX_ROUNDS,
  pauseAfter,
  RECALL_REASONS,
} from "./recall.rules.ts";
import type { DueRecall, SentDelivery, TakenRecall } from "./recalling.repository.ts";
import * as recalling from "./recalling.repository.ts";

export interface RecallerDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "recall">;
  catalogue: PluginCatalogues;
  findChannel(tx: Tx, channel: { tenantId: string; channelId: string }): Promise<ChannelHandle | undefined>;
  /** Keeps batches of the message from being opened until the transaction ends. */
  holdBatches(tx: Tx, messageId: string): Promise<void>;
  /** What follows when fallbacks were ended: perhaps the message is complete. */
  afterRecall(tenantId: string, messageId: string): Promise<void>;
}

const RECALLS_A_ROUND = 40;
/** Recalls that go on side by side, each by one call. */
const RECALLS_AT_ONCE = 4;

/** Takes back what people asked for. May run in any number of processes, and be killed at any moment. */
export function createRecaller(deps: RecallerDeps): Loop {
  return {
    name: "recaller",
    idleMs: 1_000,
    async run() {
      const due = await deps.dispatch.transaction((tx) => recalling.listDueRecalls(tx, RECALLS_A_ROUND));
      const waiting = [...due];
      const lanes = Array.from({ length: RECALLS_AT_ONCE }, async () => {
        for (let one = waiting.shift(); one; one = waiting.shift()) await goOn(deps, one);
      });
      const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return due.length > 0;
    },
  };
}

/** What is taken back by the next call, and what needs none. */
interface Step {
  recall: TakenRecall;
  handle: ChannelHandle | undefined;
  deliveries: SentDelivery[];
  judged: JudgedRecall[];
}

/** One call's worth of a recall. */
async function goOn(deps: RecallerDeps, due: DueRecall): Promise<void> {
  const step = await deps.transact(due, (tx) => prepare(deps, tx, due));
  if (!step) return;
  const { recall, handle, deliveries, judged } = step;
  const open = deliveries.filter(({ id }) => !judged.some((one) => one.id === id));
  const results: RecallResult[] =
    handle && open.length > 0 ? await deps.runtime.recall(handle, { messages: open.map(toSentMessage) }) : [];
  const all = [...judged, ...judgeRecalls(results, (ref) => toBigint("dlv", ref))];
  const isEnded = await deps.transact(due, (tx) => settle(deps, tx, recall, deliveries, all));
  if (all.length > 0 || isEnded) await deps.afterRecall(recall.tenantId, recall.messageId);
}

async function prepare(deps: RecallerDeps, tx: Tx, due: DueRecall): Promise<Step | undefined> {
  const recall = await recalling.takeRecall(tx, due);
  if (!recall) return undefined;
  const next = await recalling.listNext(tx, recall);
  const channelId = next[0]?.channelId;
  if (channelId === undefined) return { recall, handle: undefined, deliveries: [], judged: [] };
  const sameChannel = next.slice(0, lengthOfRun(next, channelId));
  const handle = await deps.findChannel(tx, { ...due, channelId });
  const ability = handle && deps.catalogue.of(due.tenantId).find(handle.pluginId)?.manifest.recall;
  if (!ability) {
    const code = handle ? RECALL_REASONS.notSupported : RECALL_REASONS.channelGone;
    const judged = sameChannel.map(({ id }) => ({ id, outcome: "failed" as const, code, detail: null }));
    return { recall, handle, deliveries: sameChannel, judged };
  }
  const deliveries = sameChannel.slice(0, ability.batchSize);
  const judged = deliveries
    .filter(({ ageSeconds }) => ageSeconds > ability.windowSeconds)
    .map(({ id }) => ({ id, outcome: "too_late" as const, code: RECALL_REASONS.windowOver, detail: null }));
  return { recall, handle, deliveries, judged };
}

function lengthOfRun(deliveries: SentDelivery[], channelId: string): number {
  const end = deliveries.findIndex((one) => one.channelId !== channelId);
  return end < 0 ? deliveries.length : end;
}

const toSentMessage = ({ id, address, sentAt, batchId, vendorIds, vendorId }: SentDelivery): SentMessage => ({
  ref: fromBigint("dlv", id),
  batchRef: fromBigint("att", batchId),
  address,
  ...(vendorId !== null && { vendorId }),
  ...(vendorIds && vendorIds.length > 0 && { batchVendorIds: vendorIds }),
  sentAt: sentAt.getTime(),
});

/** Writes down outcomes; whose delivery was taken back gets no later step of the message either. */
async function writeDown(
  deps: RecallerDeps,
  tx: Tx,
  recall: TakenRecall,
  judged: JudgedRecall[],
): Promise<void> {
  const mayWithdraw =
    judged.some(({ outcome }) => outcome === "recalled") && (await recalling.hasFlows(tx, recall));
  // Before any row is locked: a cancellation of the message locks in the same order.
  if (mayWithdraw) await deps.holdBatches(tx, recall.messageId);
  const users = await recalling.settleRecalls(tx, recall, judged);
  if (!mayWithdraw) return;
  // What is under way is left to its outcome, and to the loop that judges flows.
  const reason = REASONS.cancelled;
  await withdrawSteps(
    tx,
    recall,
    users.map((one) => ({ ...one, reason })),
  );
}

/** Writes down the outcomes and says how the recall goes on; true when it has ended. */
async function settle(
  deps: RecallerDeps,
  tx: Tx,
  recall: TakenRecall,
  deliveries: SentDelivery[],
  judged: JudgedRecall[],
): Promise<boolean> {
  const last = deliveries.at(-1);
  const tally = addToTally(recall.tally, judged);
  if (judged.length > 0) await writeDown(deps, tx, recall, judged);
  if (last) {
    await recalling.proceed(tx, recall, last.id, tally);
    return false;
  }
  const { openIds, isUnderWay } = await recalling.lookAtRest(tx, recall);
  const isLast = recall.roundCount + 1 >= MAX_ROUNDS;
  if ((openIds.length > 0 || isUnderWay) && !isLast) {
    await recalling.beginRound(tx, recall, pauseAfter(recall.roundCount + 1));
    return false;
  }
  const code = RECALL_REASONS.unanswered;
  const left = openIds.map((id) => ({ id, outcome: "failed" as const, code, detail: null }));
  if (left.length > 0) {
    await recalling.settleRecalls(tx, recall, left);
    // There may be more than are read at once.
    await recalling.proceed(tx, recall, recall.cursor, addToTally(tally, left));
    return false;
  }
  await recalling.endRecall(tx, recall, tally);
  return true;
}
