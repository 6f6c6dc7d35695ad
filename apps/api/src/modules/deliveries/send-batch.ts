import type { PluginManifest, SendResult } from "@tidings/sdk/plugin";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { fromBigint, toBigint } from "../../platform/ids.ts";
import type { ChannelHandle, PluginCatalogue, PluginRuntime } from "../../platform/plugin-runtime/index.ts";
import { deadAddressesIn, suppressAddresses } from "../suppressions/index.ts";
import { finishInTurn } from "./completion.repository.ts";
import { type Rendered, renderDelivery, type SharedContent, type TrackedAddress } from "./content.rules.ts";
import {
  type ChannelObservation,
  judgeChannel,
  judgeResults,
  questionsAbout,
  type Round,
} from "./outcome.rules.ts";
import type { ReadRestraints } from "./restraints.ts";
import { type ChunkEnd, type ChunkWork, endChunk, type ReadyRow } from "./send.repository.ts";
import { type DeliveryException, settleBatch } from "./settle.repository.ts";

export type { ChannelObservation } from "./outcome.rules.ts";

export interface SendChunkDeps {
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "send">;
  catalogue: PluginCatalogue;
  toHandle(tenantId: string, channelId: string, channel: NonNullable<ChunkWork["channel"]>): ChannelHandle;
  trackedAddress: TrackedAddress;
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
  /** What follows the end of a chunk: perhaps the message is complete. */
  afterChunk(tenantId: string, messageId: string): Promise<void>;
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

const ALL_SENT: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: true };
/** How long the outcome of a batch is offered to a database that does not take it. */
const SETTLE_FOR_MS = 45_000;

/** What the batches of a chunk found out about its next round. */
export interface Findings {
  pauseSeconds: number;
  /** The channel is not sent through any more: what is left is not the chunk's fault. */
  isHeld: boolean;
  /** The chunk was ended together with its last batch. */
  isEnded: boolean;
  /** The vendor took something, and then asked for a pause. */
  hasProgressed: boolean;
  isThrottled: boolean;
}

/** A part of a chunk that the vendor gets in one go; its intent is written down. */
export interface Batch {
  attemptId: string;
  /** Milliseconds of `performance.now()`: what is not begun by then is left, somebody else may take it over. */
  startBy: number;
  /** What the intent covers. */
  range: Range;
  /** What of it is still to be sent. */
  rows: ReadyRow[];
  /** It is all that the chunk has to send. */
  isAll: boolean;
  handle: ChannelHandle;
  manifest: PluginManifest;
  shared: SharedContent;
  round: Round;
  found: Findings;
}

/** False when no further batch of the chunk should go out: the channel refuses everything. */
export async function sendBatch(
  deps: SendChunkDeps,
  work: ChunkWork,
  { attemptId, startBy, range, rows, isAll, handle, manifest, shared, round, found }: Batch,
): Promise<boolean> {
  const rendered = rows.map((row) => renderDelivery(shared, row));
  const messages = rendered.flatMap((one) => ("message" in one ? [one.message] : []));
  const batchRef = fromBigint("att", attemptId);
  const results = messages.length > 0 ? await deps.runtime.send(handle, { batchRef, messages, startBy }) : [];
  const judged = judgeResults(results, (ref) => toBigint("dlv", ref), round);
  judged.exceptions.push(...unrenderable(rendered));
  const dead = deadAddressesIn(refusalsIn(results), manifest.suppresses);
  const endsChunk = isAll && judged.exceptions.length === 0;
  // One after the other on one connection, without waiting for each answer.
  await persistently(() =>
    deps.transact(work, async (tx) => {
      await Promise.all([
        settleBatch(tx, work, { attemptId, ...range, ...judged }),
        suppressAddresses(tx, work.tenantId, dead),
        deps.afterBatch(tx, work, range),
        ...questionsAbout(judged, manifest).map((kind) =>
          deps.openInquiry(tx, { ...work, attemptId, ...range }, kind, manifest),
        ),
        ...(endsChunk ? [endChunk(tx, work, ALL_SENT), finishInTurn(tx, work.tenantId, work.messageId)] : []),
      ]);
    }),
  );
  found.isEnded = endsChunk;
  await reportHealth(deps, work, results, judged.configFault);
  found.pauseSeconds = Math.max(found.pauseSeconds, judged.retryAfterMs / 1000);
  return observe(deps, work, judgeChannel(results, judged), found);
}

/** Tells the breaker; false when no further batch of the chunk should go out. */
async function observe(
  deps: SendChunkDeps,
  work: ChunkWork,
  seen: ChannelObservation | undefined,
  found: Findings,
): Promise<boolean> {
  if (!seen) return true;
  const { tenantId, channelId: id, channel } = work;
  const isProbe = channel?.circuit === "probe";
  const isOpen = await deps.breaker.observe(
    { tenantId, id, revision: channel?.revision ?? 0, isProbe },
    seen,
  );
  if (seen.kind === "works") found.hasProgressed = true;
  if (isOpen && seen.kind === "throttled") found.isThrottled = true;
  else if (isOpen) found.isHeld = true;
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
  deps: SendChunkDeps,
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
