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
import { CONFIG_PAUSE_SECONDS, pauseSeconds, REASONS } from "./delivery.rules.ts";
import { judgeResults } from "./outcome.rules.ts";
import { takeSlots } from "./pacer.repository.ts";
import type { ChunkEnd, ChunkWork, ReadyRow } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import { type DeliveryException, failChunk, settleBatch } from "./settle.repository.ts";

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
}

export type AfterBatch = (
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  range: { firstId: string; lastId: string },
) => Promise<void>;

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

/** The pause before the next round that the batches of a chunk ask for, seconds. */
interface Pause {
  seconds: number;
}

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
      const end = await sendWork(deps, work);
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
    return { roundCursor: null, pauseSeconds: 0 };
  }
  const handle = deps.toHandle(work.tenantId, work.channelId, work.channel);
  const rows = await deps.transact(work, (tx) => sending.readReady(tx, work));
  const context: RoundContext = {
    handle,
    shared: sharedContent(work, plugin),
    pause: { seconds: pauseSeconds(work.roundCount + 1, Math.random()) },
  };
  return sendRounds(deps, work, { rows, batchSize: plugin.manifest.limits.batchSize, context });
}

/** What the batches of a chunk have in common. */
type RoundContext = Pick<Batch, "handle" | "shared" | "pause">;

/** Sends row by row, several batches at a time; breaks off where the message is stopped or the rates say so. */
async function sendRounds(
  deps: SendChunkDeps,
  work: ChunkWork,
  { rows, batchSize, context }: { rows: ReadyRow[]; batchSize: number; context: RoundContext },
): Promise<ChunkEnd> {
  const holdUntil = performance.now() + HOLD_MS;
  let sentCount = 0;
  while (sentCount < rows.length) {
    const left = rows.slice(sentCount);
    const roundCursor = cursorBefore(work, left);
    // Whether there is a rate has just been read for the first round.
    const mayBePaced = work.isPaced || sentCount > 0;
    const opened = await deps.transact(work, (tx) => openRound(tx, work, { left, batchSize, mayBePaced }));
    if (!opened) return { roundCursor, pauseSeconds: 0 };
    if ("waitMs" in opened) {
      const isPatient = opened.waitMs <= LONGEST_WAIT_MS && performance.now() < holdUntil;
      if (!isPatient) return { roundCursor, pauseSeconds: opened.turnMs / 1000 };
      await new Promise((resolve) => setTimeout(resolve, opened.waitMs));
      continue;
    }
    const sent = await Promise.all(opened.map((batch) => sendBatch(deps, work, { ...context, ...batch })));
    if (sent.includes(false)) break;
    sentCount += opened.reduce((sum, batch) => sum + batch.rows.length, 0);
  }
  return { roundCursor: null, pauseSeconds: context.pause.seconds };
}

/** Opens what may be sent at once: several batches, or as much of them as the rates let through. */
async function openRound(
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  { left, batchSize, mayBePaced }: { left: ReadyRow[]; batchSize: number; mayBePaced: boolean },
): Promise<{ attemptId: string; rows: ReadyRow[] }[] | { waitMs: number; turnMs: number } | undefined> {
  const wanted = Math.min(left.length, batchSize * BATCHES_AT_ONCE);
  const slots = mayBePaced ? await takeSlots(tx, work, wanted, left.length) : { count: wanted };
  if ("waitMs" in slots) return slots;
  const batches = slices(left.slice(0, slots.count), batchSize);
  const attemptIds = await sending.openAttempts(tx, work, batches);
  return attemptIds && batches.map((rows, index) => ({ attemptId: attemptIds[index] ?? "", rows }));
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

/** A part of a chunk that the vendor gets in one go; its intent is written down. */
interface Batch {
  attemptId: string;
  rows: ReadyRow[];
  handle: ChannelHandle;
  shared: SharedContent;
  pause: Pause;
}

/** False when no further batch of the chunk should go out: the channel refuses everything. */
async function sendBatch(
  deps: SendChunkDeps,
  work: ChunkWork,
  { attemptId, rows, handle, shared, pause }: Batch,
): Promise<boolean> {
  const rendered = rows.map((row) => renderDelivery(shared, row));
  const messages = rendered.flatMap((one) => ("message" in one ? [one.message] : []));
  const batchRef = fromBigint("att", attemptId);
  const results = messages.length > 0 ? await deps.runtime.send(handle, { batchRef, messages }) : [];
  const judged = judgeResults(results, (ref) => toBigint("dlv", ref), work.roundCount);
  judged.exceptions.push(...unrenderable(rendered));
  const range = { firstId: rows[0]?.[0] ?? "", lastId: rows.at(-1)?.[0] ?? "" };
  await persistently(() =>
    deps.transact(work, async (tx) => {
      await settleBatch(tx, work, { attemptId, ...range, ...judged });
      await deps.afterBatch(tx, work, range);
    }),
  );
  await reportHealth(deps, work, results, judged.configFault);
  pause.seconds = Math.max(pause.seconds, judged.retryAfterMs / 1000);
  if (judged.configFault) pause.seconds = Math.max(pause.seconds, CONFIG_PAUSE_SECONDS);
  return judged.configFault === undefined;
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
