import type { PluginManifest, SendResult } from "@tidings/sdk/plugin";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { fromBigint, toBigint } from "../../../platform/ids.ts";
import type {
  ChannelHandle,
  PluginCatalogues,
  PluginRuntime,
} from "../../../platform/plugin-runtime/index.ts";
import { type Spending, spend, spendingOf } from "../../allowances/index.ts";
import { deadAddressesIn, suppressAddresses } from "../../suppressions/index.ts";
import { finishInTurn } from "../completion.repository.ts";
import type { ReadRestraints } from "../judge/restraints.ts";
import { type Charge, chargesOf, withCharges } from "./charges.rules.ts";
import { endChunks } from "./chunk-end.repository.ts";
import { ALL_SENT } from "./chunk-end.rules.ts";
import { type Rendered, renderDelivery, type TrackedAddress, type UnsubscribeUrl } from "./content.rules.ts";
import type { Batch, Share } from "./open-batches.ts";
import {
  type ChannelObservation,
  type JudgedResults,
  judgeChannel,
  judgeResults,
  questionsAbout,
} from "./outcome.rules.ts";
import { type ChunkWork, startOfAttempt } from "./send.repository.ts";
import { type DeliveryException, type Outcome, settleBatch } from "./settle.repository.ts";

export type { ChannelObservation } from "./outcome.rules.ts";

export interface SendChunksDeps {
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "send">;
  catalogue: PluginCatalogues;
  /** Whether the tenant has installed a plugin; this process may not have heard of it yet. */
  isInstalled(tx: Tx, pluginId: string): Promise<boolean>;
  toHandle(tenantId: string, channelId: string, channel: NonNullable<ChunkWork["channel"]>): ChannelHandle;
  trackedAddress: TrackedAddress;
  unsubscribeUrl: UnsubscribeUrl;
  readRestraints: ReadRestraints;
  /** What follows a settled batch: fallback timers of its users. Part of the same transaction. */
  afterBatch: AfterBatch;
  /** Has the vendor asked later about what a batch left open. Part of the same transaction. */
  openInquiry(
    tx: Tx,
    attempt: { tenantId: string; messageId: string; channelId: string; attemptId: string } & Range,
    kind: "outcome" | "receipt",
    manifest: PluginManifest,
  ): Promise<void>;
  /** What follows the end of chunks: perhaps their messages are complete. */
  afterChunk(tenantId: string, ...messageIds: string[]): Promise<void>;
  /** The same for a chunk whose message was looked after in the transaction that ended it. */
  afterLastBatch(): void;
  reportHealth(tenantId: string, channelId: string, revision: number, health: ChannelHealth): Promise<void>;
  breaker: Breaker;
  /** The process is about to end: hand back instead of going on. */
  isStopping(): boolean;
}

/** Decides whether a channel is sent through. */
export interface Breaker {
  /** True when the channel is not to be sent through any more. */
  observe(
    channel: { tenantId: string; id: string; revision: number; isProbe: boolean },
    seen: ChannelObservation,
  ): Promise<boolean>;
}

type Range = { firstId: string; lastId: string };

export type AfterBatch = (tx: Tx, work: ChunkWork, range: Range) => Promise<void>;

export type ChannelHealth = { ok: true } | { ok: false; code: string; detail: string };

/** How long the outcome of a batch is offered to a database that does not take it. */
const SETTLE_FOR_MS = 45_000;

/** The channel that chunks are sent through. */
export interface SendingChannel {
  work: ChunkWork;
  handle: ChannelHandle;
  manifest: PluginManifest;
}

/** False when no further batch of its chunks should go out: the channel refuses everything. */
export async function sendBatch(
  deps: SendChunksDeps,
  channel: SendingChannel,
  batch: Batch,
): Promise<boolean> {
  const { work, handle, manifest } = channel;
  const rendered = batch.shares.map(({ chunk, rows }) =>
    rows.map((row) => renderDelivery(chunk.shared, row)),
  );
  const messages = rendered.map((some) => some.flatMap((one) => ("message" in one ? [one.message] : [])));
  const all = messages.flat();
  const batchRef = fromBigint("att", batch.id);
  const { startBy } = batch;
  const results = all.length > 0 ? await deps.runtime.send(handle, { batchRef, messages: all, startBy }) : [];
  const byRef = new Map(results.map((result) => [result.ref, result]));
  const meter = work.channel?.price && { billing: manifest.billing, settings: work.channel.settings };
  const settled = batch.shares.map((share, index): SettledShare => {
    const own = (messages[index] ?? []).flatMap(({ ref }) => byRef.get(ref) ?? []);
    const judged = judgeResults(own, (ref) => toBigint("dlv", ref), share.chunk.round);
    judged.exceptions.push(...unrenderable(rendered[index] ?? []));
    const charges = meter ? chargesOf(meter, messages[index] ?? [], byRef) : [];
    judged.exceptions = withCharges(judged.exceptions, charges);
    return { share, judged, charges };
  });
  const effects = {
    dead: deadAddressesIn(refusalsIn(results), manifest.suppresses),
    spending: manifest.allowances && spendingOf(manifest.allowances, all, byRef),
  };
  await persistently(() => deps.transact(work, (tx) => settle(deps, tx, channel, settled, effects)));
  for (const { share, judged } of settled) {
    const { found } = share.chunk;
    found.isEnded = endsChunk({ share, judged });
    found.pauseSeconds = Math.max(found.pauseSeconds, judged.retryAfterMs / 1000);
  }
  const whole = {
    configFault: settled.find(({ judged }) => judged.configFault)?.judged.configFault,
    retryAfterMs: Math.max(0, ...settled.map(({ judged }) => judged.retryAfterMs)),
  };
  await reportHealth(deps, work, results, whole.configFault);
  return observe(deps, work, judgeChannel(results, whole), batch.shares);
}

/** A share of a batch, and what its results mean. */
interface SettledShare {
  share: Share;
  judged: JudgedResults;
  charges: Charge[];
}

/** Whether nothing of the chunk is left to send. */
const endsChunk = ({ share, judged }: Omit<SettledShare, "charges">): boolean =>
  share.isAll && judged.exceptions.every(({ state }) => state !== "ready");

const outcomeOf = ({ share, judged, charges }: SettledShare, { receipts }: PluginManifest): Outcome => ({
  work: share.chunk.work,
  isAtPlace: receipts.mode === "host",
  attemptId: share.attemptId,
  ...share.range,
  ids: share.rows.map(([id]) => id),
  charges,
  ...judged,
});

/** What the results mean beyond the deliveries. */
interface Effects {
  dead: ReturnType<typeof deadAddressesIn>;
  /** Where recipients allow messages one by one. */
  spending: Spending | undefined;
}

/** Writes down what became of a batch: statements one after the other, without waiting for each answer. */
async function settle(
  deps: SendChunksDeps,
  tx: Tx,
  { work, manifest }: SendingChannel,
  settled: readonly SettledShare[],
  { dead, spending }: Effects,
): Promise<void> {
  const { tenantId } = work;
  const ended = settled.filter(endsChunk).map(({ share }) => share.chunk);
  await Promise.all([
    settleBatch(
      tx,
      settled.map((share) => outcomeOf(share, manifest)),
    ),
    suppressAddresses(tx, tenantId, dead),
    ...(spending ? [spend(tx, work, spending, () => startOfBatch(tx, work, settled))] : []),
    ...settled.map(({ share }) => deps.afterBatch(tx, share.chunk.work, share.range)),
    ...settled.flatMap(({ share, judged }) =>
      questionsAbout(judged, manifest).map((kind) => {
        const { chunk, attemptId, range } = share;
        return deps.openInquiry(tx, { ...chunk.work, attemptId, ...range }, kind, manifest);
      }),
    ),
    ...(ended.length === 0
      ? []
      : [
          endChunks(
            tx,
            tenantId,
            ended.map(({ work, isLimited }) => ({ work, end: { ...ALL_SENT, isLimited } })),
          ),
          finishInTurn(tx, tenantId, [...new Set(ended.map(({ work }) => work.messageId))]),
        ]),
  ]);
}

const startOfBatch = (tx: Tx, { tenantId }: ChunkWork, [any]: readonly SettledShare[]): Promise<Date> =>
  startOfAttempt(tx, tenantId, any?.share.attemptId ?? "0");

/** Tells the breaker; false when no further batch of the chunks should go out. */
async function observe(
  deps: SendChunksDeps,
  { tenantId, channelId: id, channel }: ChunkWork,
  seen: ChannelObservation | undefined,
  shares: readonly Share[],
): Promise<boolean> {
  if (!seen) return true;
  const isProbe = channel?.circuit === "probe";
  const isOpen = await deps.breaker.observe(
    { tenantId, id, revision: channel?.revision ?? 0, isProbe },
    seen,
  );
  for (const { found } of shares.map(({ chunk }) => chunk)) {
    if (seen.kind === "works") found.hasProgressed = true;
    if (isOpen && seen.kind === "throttled") found.isThrottled = true;
    else if (isOpen) found.isHeld = true;
  }
  return !isOpen;
}

const refusalsIn = (results: readonly SendResult[]) =>
  results
    .filter(({ status }) => status === "rejected")
    .map(({ ref, code }) => ({ deliveryId: toBigint("dlv", ref), code }));

const unrenderable = (rendered: Rendered[]): DeliveryException[] =>
  rendered.flatMap((one) =>
    "message" in one ? [] : [{ id: one.id, state: "failed", reason: one.reason, detail: one.detail }],
  );

async function reportHealth(
  deps: SendChunksDeps,
  work: ChunkWork,
  results: readonly SendResult[],
  fault: { code: string; detail: string } | undefined,
): Promise<void> {
  const works = results.some(({ status }) => status === "accepted");
  if (!fault && !works) return;
  const health: ChannelHealth = fault ? { ok: false, ...fault } : { ok: true };
  await deps.reportHealth(work.tenantId, work.channelId, work.channel?.revision ?? 0, health);
}

/** Offers an outcome to the database again and again: the vendor has acted, so forgetting it would be a lie. */
async function persistently(write: () => Promise<void>): Promise<void> {
  const until = performance.now() + SETTLE_FOR_MS;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await write();
    } catch (error) {
      if (performance.now() + pauseMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
