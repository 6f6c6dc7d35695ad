import { isPulled, type PluginManifest, type QueryAnswer, type ReceiptEvent } from "@tidings/sdk/plugin";
import type { Database, Transact, Tx } from "../../platform/database/index.ts";
import { fromBigint, toBigint } from "../../platform/ids.ts";
import type { Loop } from "../../platform/loops.ts";
import type { ChannelHandle, PluginCatalogues, PluginRuntime } from "../../platform/plugin-runtime/index.ts";
import {
  type DueChannel,
  type Inquiry,
  listDueChannels,
  putOffInquiries,
  takeInquiries,
} from "./asking.repository.ts";
import { isLastWord, judgeNotFound, pauseAfter } from "./inquiry.rules.ts";
import { openInquiry } from "./opening.repository.ts";
import type { Settled } from "./settling.repository.ts";
import * as settling from "./settling.repository.ts";

export interface ReconcilerDeps {
  dispatch: Database;
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "query">;
  catalogue: PluginCatalogues;
  /** Whether the tenant has a plugin that this process does not find at the moment. */
  isOutOfReach(tx: Tx, tenantId: string, pluginId: string): Promise<boolean>;
  findChannel(tx: Tx, channel: DueChannel): Promise<ChannelHandle | undefined>;
  /** Keeps and applies the vendor's last word like any other receipt. */
  applyReceipts(tx: Tx, channel: DueChannel & { pluginId: string }, events: ReceiptEvent[]): Promise<void>;
  /** Keeps cancellations of the message out until the transaction ends. */
  holdCancellation(tx: Tx, messageIds: readonly string[]): Promise<void>;
  /** Fallback timers of the users of a range. */
  wakeFlows(
    tx: Tx,
    message: { tenantId: string; messageId: string },
    step: number,
    range: { firstId: string; lastId: string },
  ): Promise<void>;
  /** What follows when nothing is left to ask: perhaps the message is complete. */
  afterInquiry(tenantId: string, messageId: string): Promise<void>;
  nudgeDispatcher(): void;
  now(): Date;
}

const CHANNELS_A_ROUND = 100;
/** Channels that are asked side by side; each once in a round, whatever waits for it. */
const CHANNELS_AT_ONCE = 8;

/** Asks vendors about what is not known, and applies what they say. May run in any number of processes. */
export function createReconciler(deps: ReconcilerDeps): Loop {
  return {
    name: "reconciler",
    idleMs: 1_000,
    async run() {
      const due = await deps.dispatch.transaction((tx) => listDueChannels(tx, CHANNELS_A_ROUND));
      const waiting = [...due];
      const lanes = Array.from({ length: CHANNELS_AT_ONCE }, async () => {
        for (let one = waiting.shift(); one; one = waiting.shift()) await askChannel(deps, one);
      });
      const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return due.length > 0;
    },
  };
}

async function askChannel(deps: ReconcilerDeps, due: DueChannel): Promise<void> {
  const { handle, manifest, inquiries } = await deps.transact(due, async (tx) => {
    const handle = await deps.findChannel(tx, due);
    const manifest = handle && deps.catalogue.of(due.tenantId).find(handle.pluginId)?.manifest;
    if (handle && !manifest && (await deps.isOutOfReach(tx, due.tenantId, handle.pluginId))) {
      await putOffInquiries(tx, due);
      return { handle, manifest, inquiries: [] };
    }
    return { handle, manifest, inquiries: await takeInquiries(tx, due, manifest?.query?.batchSize ?? 1) };
  });
  const asked = inquiries.filter(({ isOver }) => !isOver);
  const messages = asked.flatMap(toSentMessages);
  const answers =
    handle && manifest?.query && messages.length > 0 ? await deps.runtime.query(handle, { messages }) : [];
  const byRef = new Map(answers.map((answer) => [answer.ref, answer]));
  for (const inquiry of inquiries) {
    const own = inquiry.asked.flatMap(({ id }) => byRef.get(fromBigint("dlv", id)) ?? []);
    await settle(deps, inquiry, own, manifest?.query ? manifest : undefined);
  }
}

const toSentMessages = ({ batchId, sentAt, vendorIds, asked }: Inquiry) =>
  asked.map(({ id, address, vendorId }) => ({
    ref: fromBigint("dlv", id),
    batchRef: fromBigint("att", batchId),
    address,
    ...(vendorId !== null && { vendorId }),
    ...(vendorIds.length > 0 && { batchVendorIds: vendorIds }),
    sentAt: sentAt.getTime(),
  }));

/** Applies the answers about one inquiry and says how it goes on; without a plugin that can ask, it is over. */
async function settle(
  deps: ReconcilerDeps,
  inquiry: Inquiry,
  answers: QueryAnswer[],
  manifest: PluginManifest | undefined,
): Promise<void> {
  const { tenantId, messageId, kind } = inquiry;
  const isEnded = await deps.transact(inquiry, async (tx) => {
    // Before any row is locked: a cancellation locks in the same order.
    if (kind === "outcome") await deps.holdCancellation(tx, [messageId]);
    const events = answers.filter(isLastWord).map((answer) => toEvent(answer, deps.now()));
    if (manifest && events.length > 0) {
      await deps.applyReceipts(tx, { ...inquiry, pluginId: manifest.id }, events);
    }
    const settled = kind === "outcome" ? await settleUnknown(deps, tx, inquiry, answers) : [];
    // What it has by its own word has no last word yet.
    if (manifest && isPulled(manifest.receipts) && settled.some(({ state }) => state === "accepted")) {
      await openInquiry(tx, inquiry, "receipt", manifest);
    }
    return proceed(tx, inquiry, manifest);
  });
  if (kind !== "outcome") return;
  if (isEnded) await deps.afterInquiry(tenantId, messageId);
  if (answers.some(({ status }) => status === "not_found")) deps.nudgeDispatcher();
}

function toEvent({ ref, status, at, eventId, code, detail }: QueryAnswer, now: Date): ReceiptEvent {
  return {
    eventId: eventId ?? `query:${ref}:${status}`,
    type: status === "delivered" ? "delivered" : "undelivered",
    ref,
    at: at ?? now.getTime(),
    ...(code && { code }),
    ...(detail && { detail }),
  };
}

async function settleUnknown(
  deps: ReconcilerDeps,
  tx: Tx,
  inquiry: Inquiry,
  answers: QueryAnswer[],
): Promise<Settled[]> {
  const now = deps.now();
  const accepted = answers.filter(({ status }) => status === "accepted");
  const lost = answers.filter(({ status }) => status === "not_found").map(({ ref }) => toBigint("dlv", ref));
  // What cannot be given back to its chunk now is asked about again.
  const canGiveBack = lost.length > 0 && (await settling.lockChunk(tx, inquiry));
  const notFound = canGiveBack ? await settling.lockNotFound(tx, inquiry, lost) : [];
  const settled: Settled[] = [
    ...accepted.map(({ ref, at }) => ({
      id: toBigint("dlv", ref),
      said: "accepted" as const,
      state: "accepted" as const,
      reason: null,
      at: at === undefined ? now : new Date(at),
    })),
    ...notFound.map(({ id, ...found }) => ({
      id,
      said: "not_found" as const,
      ...judgeNotFound(found),
      at: now,
    })),
  ];
  if (settled.length === 0) return [];
  await settling.settleUnknown(tx, inquiry, settled);
  await deps.wakeFlows(tx, inquiry, inquiry.step, inquiry);
  return settled;
}

/** True when the inquiry has ended. */
async function proceed(tx: Tx, inquiry: Inquiry, manifest: PluginManifest | undefined): Promise<boolean> {
  const { hasMore, hasOpen } = await settling.lookAtRest(tx, inquiry);
  const canGoOn = hasOpen && manifest !== undefined && !inquiry.isOver;
  if (canGoOn && hasMore) {
    await settling.continueRound(tx, inquiry);
    return false;
  }
  const pause = canGoOn ? pauseAfter(inquiry.kind, inquiry.roundCount + 1, manifest) : undefined;
  if (pause === undefined) await settling.endInquiry(tx, inquiry);
  else await settling.beginRound(tx, inquiry, pause);
  return pause === undefined;
}
