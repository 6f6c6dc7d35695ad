import type { SendResult } from "@tidings/sdk/plugin";
import type { Transact } from "../../platform/database/index.ts";
import { fromBigint, toBigint } from "../../platform/ids.ts";
import type {
  ChannelHandle,
  LoadedPlugin,
  PluginCatalogue,
  PluginRuntime,
} from "../../platform/plugin-runtime/index.ts";
import { compileRendering } from "../templates/index.ts";
import type { Claim } from "./claim.repository.ts";
import { neededVariables, type Rendered, renderDelivery, type SharedContent } from "./content.rules.ts";
import { pauseSeconds, REASONS } from "./delivery.rules.ts";
import {
  type ChannelObservation,
  judgeChannel,
  judgeResults,
  type Round,
  willDropRepeat,
} from "./outcome.rules.ts";
import { takeSlots } from "./pacer.repository.ts";
import type { ChunkEnd, ChunkWork, ReadyRow } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import { type DeliveryException, failChunk, settleBatch } from "./settle.repository.ts";
import { keepReady } from "./withdrawal.repository.ts";

export interface SendChunkDeps {
  /** Transactions as the worker role. */
  transact: Transact;
  runtime: Pick<PluginRuntime, "send">;
  catalogue: PluginCatalogue;
  toHandle(tenantId: string, channelId: string, channel: NonNullable<ChunkWork["channel"]>): ChannelHandle;
  /** What follows a settled batch: fallback timers of its users. Part of the same transaction. */
  afterBatch: AfterBatch;
  /** What follows the end of a chunk: perhaps the message is complete. */
  afterChunk(tenantId: string, messageId: string): Promise<void>;
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

export type AfterBatch = (
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  range: { firstId: string; lastId: string },
) => Promise<void>;

export type { ChannelObservation } from "./outcome.rules.ts";

export type ChannelHealth = { ok: true } | { ok: false; code: string; detail: string };

/** Batches of one chunk that are opened together and under way at once; the runtime bounds a channel's calls. */
const BATCHES_AT_ONCE = 8;
/** How long a worker waits for its turn in a paced message or channel; for longer it gives the chunk back. */
const LONGEST_WAIT_MS = 250;
/** How long a worker may stay with a paced chunk before others get a look in. */
const HOLD_MS = 5_000;
const EXTEND_EVERY_MS = (sending.SENDING_LEASE_SECONDS * 1000) / 3;
/** How long the outcome of a batch is offered to a database that does not take it. */
const SETTLE_FOR_MS = 45_000;

/** What the batches of a chunk found out about its next round. */
interface Findings {
  pauseSeconds: number;
  /** The channel is not sent through any more: what is left is not the chunk's fault. */
  isHeld: boolean;
  /** The vendor took something, and then asked for a pause. */
  hasProgressed: boolean;
  isThrottled: boolean;
}

const startOf = (work: ChunkWork): Findings => ({
  pauseSeconds: pauseSeconds(work.roundCount + 1, Math.random()),
  isHeld: false,
  hasProgressed: false,
  isThrottled: false,
});

/** A round that the channel stopped, or that got on until the vendor asked for a pause, costs the chunk nothing. */
const endOf = (found: Findings): ChunkEnd => ({
  roundCursor: null,
  pauseSeconds: found.isHeld ? 0 : found.pauseSeconds,
  isRoundCounted: !found.isHeld && !(found.isThrottled && found.hasProgressed),
});

const UNTOUCHED: ChunkEnd = { roundCursor: null, pauseSeconds: 0, isRoundCounted: false };

/**
 * Sends one chunk: read what is still `ready`, and per batch write the intent, call the plugin, write the outcome.
 * A stale hint finds nothing in `queued` and does nothing, so hints may be doubled or late.
 */
export function createSendChunk(deps: SendChunkDeps) {
  return async function sendChunk(claim: Claim): Promise<void> {
    const work = await deps.transact(claim, (tx) => sending.beginChunk(tx, claim));
    if (!work) {
      const messageId = await deps.transact(claim, (tx) => sending.releaseChunk(tx, claim));
      // A message cancelled while the hint was on its way leaves this chunk to be ended.
      if (messageId) await deps.afterChunk(claim.tenantId, messageId);
      return;
    }
    const extending = setInterval(() => {
      deps.transact(claim, (tx) => sending.extendLease(tx, work)).catch(() => {});
    }, EXTEND_EVERY_MS);
    try {
      const isUntouched = work.channel?.circuit === "held" || deps.isStopping();
      const end = isUntouched ? UNTOUCHED : await sendWork(deps, work);
      await deps.transact(claim, (tx) => sending.endChunk(tx, work, end));
      await deps.afterChunk(work.tenantId, work.messageId);
    } finally {
      clearInterval(extending);
    }
  };
}

async function sendWork(deps: SendChunkDeps, work: ChunkWork): Promise<ChunkEnd> {
  const plugin = work.channel ? deps.catalogue.find(work.channel.pluginId) : undefined;
  const obstacle = obstacleOf(work, plugin);
  if (obstacle || !plugin || !work.channel) {
    await deps.transact(work, async (tx) => {
      await failChunk(tx, work, obstacle ?? REASONS.channelGone);
      await deps.afterBatch(tx, work, work);
    });
    return UNTOUCHED;
  }
  const rows = await deps.transact(work, (tx) => sending.readReady(tx, work));
  const context: RoundContext = {
    handle: deps.toHandle(work.tenantId, work.channelId, work.channel),
    shared: sharedContent(work, plugin),
    round: {
      count: work.roundCount,
      isProbe: work.channel.circuit === "probe",
      dropsRepeats: willDropRepeat(plugin.manifest.idempotency, work.secondsSinceFirstTry),
    },
    found: startOf(work),
  };
  return sendRows(deps, work, { rows, batchSize: plugin.manifest.limits.batchSize, context });
}

/** What the batches of a chunk have in common. */
type RoundContext = Pick<Batch, "handle" | "shared" | "round" | "found">;

/** Sends row by row, several batches at a time; breaks off where the message is stopped or the rates say so. */
async function sendRows(
  deps: SendChunkDeps,
  work: ChunkWork,
  { rows, batchSize, context }: { rows: ReadyRow[]; batchSize: number; context: RoundContext },
): Promise<ChunkEnd> {
  const holdUntil = performance.now() + HOLD_MS;
  let sentCount = 0;
  while (sentCount < rows.length) {
    const left = rows.slice(sentCount);
    const wish = { left, batchSize, isFirst: sentCount === 0, isProbe: context.round.isProbe };
    const opened = await openNext(deps, work, wish);
    if (!opened) return brokenOff(work, left);
    if ("batches" in opened) {
      if (!(await hasSent(deps, work, context, opened.batches))) break;
      sentCount += opened.count;
    } else if (!(await hasWaited(opened.waitMs, holdUntil))) {
      return { ...brokenOff(work, left), pauseSeconds: opened.turnMs / 1000 };
    }
  }
  return endOf(context.found);
}

/** A round that was stopped in the middle costs the chunk nothing, and goes on where it was. */
const brokenOff = (work: ChunkWork, left: ReadyRow[]): ChunkEnd => ({
  roundCursor: cursorBefore(work, left),
  pauseSeconds: 0,
  isRoundCounted: false,
});

/** Opens what may be sent next; undefined when nothing more may, by this process at least. */
async function openNext(deps: SendChunkDeps, work: ChunkWork, wish: Wish): Promise<Opened | undefined> {
  // What is left goes to another process, at once.
  if (!wish.isFirst && deps.isStopping()) return undefined;
  return deps.transact(work, (tx) => openRows(tx, work, wish));
}

/** Waits for a turn that comes soon; false when others should get a look in meanwhile. */
async function hasWaited(waitMs: number, holdUntil: number): Promise<boolean> {
  if (waitMs > LONGEST_WAIT_MS || performance.now() >= holdUntil) return false;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return true;
}

/** Sends opened batches; false when no further one should go out. */
async function hasSent(
  deps: SendChunkDeps,
  work: ChunkWork,
  context: RoundContext,
  batches: OpenBatch[],
): Promise<boolean> {
  const sent = await Promise.all(batches.map((batch) => sendBatch(deps, work, { ...context, ...batch })));
  return !sent.includes(false);
}

/** What a worker would like to send of its chunk. */
interface Wish {
  left: ReadyRow[];
  batchSize: number;
  isFirst: boolean;
  isProbe: boolean;
}

type Opened = { batches: OpenBatch[]; count: number } | { waitMs: number; turnMs: number };

/**
 * Opens what may be sent at once: several batches, or as much of them as the rates let through. A probe's first batch
 * goes alone.
 */
async function openRows(
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  wish: Wish,
): Promise<Opened | undefined> {
  const { left, batchSize, isFirst, isProbe } = wish;
  const wanted = Math.min(left.length, batchSize * (isProbe && isFirst ? 1 : BATCHES_AT_ONCE));
  // Whether there is a rate has just been read for the first batches.
  const mayBePaced = work.isPaced || !isFirst;
  const slots = mayBePaced ? await takeSlots(tx, work, wanted, left.length) : { count: wanted };
  if ("waitMs" in slots) return slots;
  const batches = await openBatches(tx, work, slices(left.slice(0, slots.count), batchSize));
  return batches && { batches, count: slots.count };
}

const cursorBefore = (work: ChunkWork, [next]: ReadyRow[]): string =>
  (BigInt(next?.[0] ?? work.nextId) - 1n).toString();

function obstacleOf(work: ChunkWork, plugin: LoadedPlugin | undefined): string | undefined {
  if (!work.channel || !plugin) return REASONS.channelGone;
  return work.channel.state === "off" ? REASONS.channelOff : undefined;
}

function sharedContent(work: ChunkWork, plugin: LoadedPlugin): SharedContent {
  const fields = plugin.manifest.content;
  const compiled = compileRendering(work.renderings[plugin.manifest.kind] ?? {}, fields);
  const needed = neededVariables(compiled, work.variableSchema);
  return { compiled, fields, variables: work.variables, needed };
}

type OpenBatch = Pick<Batch, "attemptId" | "range" | "rows">;

async function openBatches(
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  batches: ReadyRow[][],
): Promise<OpenBatch[] | undefined> {
  const attemptIds = await sending.openAttempts(tx, work, batches);
  if (!attemptIds) return undefined;
  const ready = await keepReady(tx, work, batches);
  return batches.map((batch, index) => ({
    attemptId: attemptIds[index] ?? "",
    range: { firstId: batch[0]?.[0] ?? "", lastId: batch.at(-1)?.[0] ?? "" },
    rows: ready[index] ?? [],
  }));
}

/** A part of a chunk that the vendor gets in one go; its intent is written down. */
interface Batch {
  attemptId: string;
  /** What the intent covers. */
  range: { firstId: string; lastId: string };
  /** What of it is still to be sent. */
  rows: ReadyRow[];
  handle: ChannelHandle;
  shared: SharedContent;
  round: Round;
  found: Findings;
}

/** False when no further batch of the chunk should go out: the channel refuses everything. */
async function sendBatch(
  deps: SendChunkDeps,
  work: ChunkWork,
  { attemptId, range, rows, handle, shared, round, found }: Batch,
): Promise<boolean> {
  const rendered = rows.map((row) => renderDelivery(shared, row));
  const messages = rendered.flatMap((one) => ("message" in one ? [one.message] : []));
  const batchRef = fromBigint("att", attemptId);
  const results = messages.length > 0 ? await deps.runtime.send(handle, { batchRef, messages }) : [];
  const judged = judgeResults(results, (ref) => toBigint("dlv", ref), round);
  judged.exceptions.push(...unrenderable(rendered));
  await persistently(() =>
    deps.transact(work, async (tx) => {
      await settleBatch(tx, work, { attemptId, ...range, ...judged });
      await deps.afterBatch(tx, work, range);
    }),
  );
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

function slices<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
