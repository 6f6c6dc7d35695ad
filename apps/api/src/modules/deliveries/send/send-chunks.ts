import type { Tx } from "../../../platform/database/index.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import { byChannel } from "../dispatch/claims.rules.ts";
import type { Restraints } from "../judge/restraints.ts";
import { type Begun, beginMade, beginQueued, type ChannelObstacle } from "./begin-chunks.ts";
import { type ChunkEnd, endChunks } from "./chunk-end.repository.ts";
import { brokenOff, endOf } from "./chunk-end.rules.ts";
import { type Opened, openRows, type SendingChunk } from "./open-batches.ts";
import { HOLD_MS, LONGEST_WAIT_MS } from "./pace.rules.ts";
import type { ReadChunk } from "./send.repository.ts";
import * as sending from "./send.repository.ts";
import { type SendChunksDeps, type SendingChannel, sendBatch } from "./send-batch.ts";

const EXTEND_EVERY_MS = (sending.SENDING_LEASE_SECONDS * 1000) / 3;

/**
 * Sends chunks, those of a channel together: reads what is still `ready`, and per batch writes the intent, calls the
 * plugin, writes the outcome. Small chunks share batches and transactions. A stale hint finds nothing in `queued` and does
 * nothing, so hints may be doubled or late. Chunks that fit into a batch take two transactions: one before the vendor is
 * called, and one after.
 */
export interface ChunkSender {
  send(claims: readonly Claim[]): Promise<void>;
  /**
   * Takes chunks of a tenant as far as the vendor's door, in the transaction of the caller's that has made them in
   * `sending`. What it returns goes on from there: to be called once that has committed, and without delay.
   */
  begin(tx: Tx, made: readonly ReadChunk[], restraints: Restraints): Promise<() => Promise<void>>;
}

export function createChunkSender(deps: SendChunksDeps): ChunkSender {
  return {
    async send(claims) {
      await allOf(byChannel(claims).map((some) => sendThrough(deps, some)));
    },
    async begin(tx, made, restraints) {
      const all: Begun[] = [];
      const channels = byChannel(made.map((chunk) => ({ channelId: chunk.work.channelId, ...chunk })));
      for (const some of channels) all.push(await beginMade(deps, tx, some, restraints));
      return async () => {
        await allOf(all.map((begun) => goOn(deps, begun)));
      };
    },
  };
}

/** Sends chunks of one channel. */
async function sendThrough(deps: SendChunksDeps, claims: readonly Claim[]): Promise<void> {
  const [any] = claims;
  if (!any) return;
  const restraints = await deps.readRestraints(any.tenantId);
  await goOn(deps, await deps.transact(any, (tx) => beginQueued(deps, tx, claims, restraints)));
}

/** Sends what has been begun, and whatever is left of the chunks. */
async function goOn(deps: SendChunksDeps, begun: Begun): Promise<void> {
  const { tenantId, channel, together, alone } = begun;
  const works = [...together, ...alone].map(({ work }) => work);
  const extending = setInterval(() => {
    deps.transact(begun, (tx) => sending.extendLeases(tx, works)).catch(() => {});
  }, EXTEND_EVERY_MS);
  try {
    await allOf([
      ...(begun.over.length > 0 ? [deps.afterChunk(tenantId, ...begun.over)] : []),
      ...(begun.obstacle ? [tellBreaker(deps, begun.obstacle)] : []),
      ...(channel ? [sendTogether(deps, channel, together, begun.opened)] : []),
      ...(channel ? alone.map((chunk) => sendAlone(deps, channel, chunk)) : []),
    ]);
  } finally {
    clearInterval(extending);
  }
}

/** What all of them come to. Waits for all, also when some fail; then throws the first failure. */
async function allOf<T>(work: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** The plugin cannot be run: nothing of the channel is claimed until somebody has mended that. */
async function tellBreaker(deps: SendChunksDeps, { work, obstacle }: ChannelObstacle): Promise<void> {
  const { tenantId, channelId: id, channel } = work;
  const isProbe = channel?.circuit === "probe";
  await deps.breaker.observe(
    { tenantId, id, revision: channel?.revision ?? 0, isProbe },
    { kind: "unreachable", ...obstacle, retryAfterMs: 0, isCertain: true },
  );
}

/** Sends the first batches of several chunks; what they do not cover goes on chunk by chunk. */
async function sendTogether(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunks: readonly SendingChunk[],
  opened: Opened | undefined,
): Promise<void> {
  const [only, ...others] = chunks;
  if (only && others.length === 0) return sendAlone(deps, channel, only, { opened });
  const isToGoOn = opened && "batches" in opened ? await hasSent(deps, channel, opened) : true;
  const isOver = ({ left }: SendingChunk) => left.length === 0 || !isToGoOn;
  await leave(
    deps,
    chunks.filter(isOver).map((chunk) => ({ chunk, end: endOf(chunk) })),
  );
  await allOf(chunks.filter((chunk) => !isOver(chunk)).map((chunk) => sendAlone(deps, channel, chunk)));
}

/** Sends one chunk, several batches at a time; breaks off where its message is stopped or the rates say so. */
async function sendAlone(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  begun?: { opened: Opened | undefined },
): Promise<void> {
  const end = await sendRows(deps, channel, chunk, begun);
  await leave(deps, [{ chunk, end }]);
}

async function sendRows(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  begun?: { opened: Opened | undefined },
): Promise<ChunkEnd> {
  const { work } = chunk;
  const holdUntil = performance.now() + HOLD_MS;
  let isFirst = true;
  const next = () => openNext(deps, channel, chunk, isFirst);
  let opened = begun ? begun.opened : await next();
  while (opened) {
    if ("batches" in opened) {
      isFirst = false;
      const isToGoOn = await hasSent(deps, channel, opened);
      if (!isToGoOn || chunk.left.length === 0) return endOf(chunk);
    } else if (!(await hasWaited(opened.waitMs, holdUntil))) {
      return { ...brokenOff(work, chunk.left), pauseSeconds: opened.turnMs / 1000 };
    }
    opened = await next();
  }
  return brokenOff(work, chunk.left);
}

/** Opens what may be sent next; undefined when nothing more may, by this process at least. */
async function openNext(
  deps: SendChunksDeps,
  channel: SendingChannel,
  chunk: SendingChunk,
  isFirst: boolean,
): Promise<Opened | undefined> {
  // What is left goes to another process, at once.
  if (!isFirst && deps.isStopping()) return undefined;
  return deps.transact(chunk.work, (tx) => openRows(tx, [chunk], { manifest: channel.manifest, isFirst }));
}

/** Waits for a turn that comes soon; false when others should get a look in meanwhile. */
async function hasWaited(waitMs: number, holdUntil: number): Promise<boolean> {
  if (waitMs > LONGEST_WAIT_MS || performance.now() >= holdUntil) return false;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return true;
}

/** Sends opened batches; false when no further one should go out. */
async function hasSent(
  deps: SendChunksDeps,
  channel: SendingChannel,
  { batches, covered }: Extract<Opened, { batches: unknown }>,
): Promise<boolean> {
  const sent = await allOf(batches.map((batch) => sendBatch(deps, channel, batch)));
  for (const [chunk, count] of covered) chunk.left = chunk.left.slice(count);
  return !sent.includes(false);
}

/** Leaves chunks that were not ended together with their last batch. */
async function leave(
  deps: SendChunksDeps,
  left: readonly { chunk: SendingChunk; end: ChunkEnd }[],
): Promise<void> {
  const open = left.filter(({ chunk }) => !chunk.found.isEnded);
  if (open.length < left.length) deps.afterLastBatch();
  const [any] = open;
  if (!any) return;
  const { tenantId } = any.chunk.work;
  const works = open.map(({ chunk, end }) => ({ work: chunk.work, end }));
  await deps.transact(any.chunk.work, (tx) => endChunks(tx, tenantId, works));
  const messageIds = new Set(works.map(({ work }) => work.messageId));
  await deps.afterChunk(tenantId, ...messageIds);
}
