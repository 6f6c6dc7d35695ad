import type { IdempotencyAbility, PluginManifest } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import type { SharedContent } from "./content.rules.ts";
import type { Round } from "./outcome.rules.ts";
import { takeSlots } from "./pacer.repository.ts";
import { pack, type Run } from "./packing.rules.ts";
import { recordHandovers, roomKeyOf } from "./recipient-limits.repository.ts";
import {
  type ChunkWork,
  type OpenedAttempts,
  openAttempts,
  type ReadyRow,
  START_WITHIN_SECONDS,
} from "./send.repository.ts";
import { dropExcluded, dropTooLate } from "./suppression.repository.ts";
import { takeConsents } from "./take-consents.ts";
import { waitForRoom } from "./wait-for-room.ts";
import { keepReady } from "./withdrawal.repository.ts";

/** Batches that are opened together and under way at once; the runtime bounds a channel's calls. */
const BATCHES_AT_ONCE = 8;

/** A chunk that a worker is sending. */
export interface SendingChunk {
  work: ChunkWork;
  /** What this round has still to send, in order. */
  left: ReadyRow[];
  /** How much it had at its beginning. */
  rowCount: number;
  /** Of its other rows those that wait; no batch covers them. In order. */
  heldIds: readonly string[];
  /** The vendor limits what a recipient gets: some of it may have to wait for room. */
  isLimited: boolean;
  shared: SharedContent;
  round: Round;
  found: Findings;
}

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

/** What the vendor gets in one go; its intent is written down. */
export interface Batch {
  id: string;
  /** Milliseconds of `performance.now()`: what is not begun by then is left, somebody else may take it over. */
  startBy: number;
  shares: Share[];
}

/** What a batch has of one chunk. */
export interface Share {
  chunk: SendingChunk;
  attemptId: string;
  /** What the intent covers. */
  range: { firstId: string; lastId: string };
  /** What of it is still to be sent. */
  rows: ReadyRow[];
  /** It is all that the round has to send of the chunk. */
  isAll: boolean;
}

/**
 * Batches, and how much of each chunk they cover; none when everything that was looked at has to wait for room. Or how
 * long to wait for the rates, and when the chunk's turn in the queue is.
 */
export type Opened =
  | { batches: Batch[]; covered: Map<SendingChunk, number> }
  | { waitMs: number; turnMs: number };

export interface OpenOptions {
  manifest: PluginManifest;
  /** Of the round. */
  isFirst: boolean;
  /** The chunks are made by the same transaction. */
  areMade?: boolean;
}

/**
 * Opens what may be sent at once: several batches, or as much of them as the rates let through. The chunks are of one
 * channel; of those that have a rate each comes alone. A probe's first batch goes alone. Undefined when nothing may be
 * sent: the leases are lost, or the messages cancelled.
 */
export async function openRows(
  tx: Tx,
  chunks: readonly SendingChunk[],
  { manifest, isFirst, areMade = false }: OpenOptions,
): Promise<Opened | undefined> {
  const { batchSize, perRecipient } = manifest.limits;
  const [only, ...others] = chunks;
  if (!only) return undefined;
  const isProbe = only.round.isProbe && isFirst;
  const leftCount = chunks.reduce((sum, { left }) => sum + left.length, 0);
  const wanted = Math.min(leftCount, batchSize * (isProbe ? 1 : BATCHES_AT_ONCE));
  // Whether there is a rate has just been read for the first batches.
  const mayBePaced = others.length === 0 && (only.work.isPaced || !isFirst);
  const slots = mayBePaced ? await takeSlots(tx, only.work, wanted, leftCount) : { count: wanted };
  if ("waitMs" in slots) return slots;
  // A vendor may take back whole calls, and with one message the others in it.
  const isApart = manifest.recall !== undefined;
  const count = perRecipient ? await waitForRoom(tx, chunks, slots.count, perRecipient) : slots.count;
  if (count === 0) return { batches: [], covered: new Map() };
  return openBatches(tx, pack(runsOf(chunks, count), { batchSize, isApart }), manifest, areMade);
}

async function openBatches(
  tx: Tx,
  packed: Run<SendingChunk>[][],
  { limits: { perRecipient }, allowances, idempotency }: PluginManifest,
  areMade: boolean,
): Promise<Opened | undefined> {
  const startBy = performance.now() + START_WITHIN_SECONDS * 1000;
  const intents = packed.flatMap((runs, batch) =>
    runs.map(({ chunk, rows }) => ({ chunk, work: chunk.work, rows, batch })),
  );
  const { byFirstId, ...news } = await openAttempts(tx, intents, areMade);
  const batches = new Map<string, Batch>();
  const covered = new Map<SendingChunk, Share[]>();
  for (const { chunk, rows } of intents) {
    const range = { firstId: rows[0]?.[0] ?? "", lastId: rows.at(-1)?.[0] ?? "" };
    const attempt = byFirstId.get(range.firstId);
    if (!attempt) continue;
    const share = { chunk, attemptId: attempt.id, range, rows, isAll: rows.length === chunk.rowCount };
    const batch = batches.get(attempt.batchId) ?? { id: attempt.batchId, startBy, shares: [] };
    batch.shares.push(share);
    batches.set(batch.id, batch);
    covered.set(chunk, [...(covered.get(chunk) ?? []), share]);
  }
  const shares = [...covered.values()].flat();
  const [any] = shares;
  if (!any) return undefined;
  if (perRecipient) await recordHandovers(tx, any.chunk.work, shares.map(toHandover), perRecipient);
  const counts = [...covered].map(([chunk, some]): [SendingChunk, number] => [chunk, countRows(some)]);
  const repeatSeconds = areMade || idempotency.kind !== "key" ? undefined : repeatSecondsOf(idempotency);
  await Promise.all([...covered.values()].map((some) => leaveOutLate(tx, some, { ...news, repeatSeconds })));
  if (allowances) await takeConsents(tx, allowances, shares);
  return { batches: [...batches.values()], covered: new Map(counts) };
}

const toHandover = ({ attemptId, rows }: Share) => ({
  attemptId,
  addresses: rows.map(([, address]) => roomKeyOf(address)),
});

const countRows = (some: readonly { rows: ReadyRow[] }[]) =>
  some.reduce((sum, { rows }) => sum + rows.length, 0);

/** The part of a vendor's window in which a repeat is begun; it may be a while on its way. */
const SAFE_SHARE = 0.9;

/** Seconds after a try in which the vendor is sure to drop a repeat. */
const repeatSecondsOf = ({ windowSeconds = 0 }: IdempotencyAbility) => windowSeconds * SAFE_SHARE;

interface Late extends Omit<OpenedAttempts, "byFirstId"> {
  /** For how long what may have been sent is sent again; undefined where it never is. */
  repeatSeconds: number | undefined;
}

/** Takes out of a chunk's shares what has meanwhile been suppressed or withdrawn, and what it is too late to repeat. */
async function leaveOutLate(
  tx: Tx,
  shares: readonly Share[],
  { areExclusionsNew, areUsersCancelled, repeatSeconds }: Late,
): Promise<void> {
  const work = shares[0]?.chunk.work;
  if (!work) return;
  const rows = shares.map((share) => share.rows);
  const wanted = areExclusionsNew ? await dropExcluded(tx, work, rows) : rows;
  const repeatable =
    repeatSeconds === undefined ? wanted : await dropTooLate(tx, work, wanted, repeatSeconds);
  const ready = await keepReady(tx, work, repeatable, areUsersCancelled);
  shares.forEach((share, index) => {
    share.rows = ready[index] ?? [];
  });
}

/** The first rows of the chunks, at most so many in all. */
function runsOf(chunks: readonly SendingChunk[], most: number): Run<SendingChunk>[] {
  let room = most;
  return chunks.flatMap((chunk) => {
    const rows = chunk.left.slice(0, room);
    room -= rows.length;
    return runs(rows, chunk.heldIds).map((run) => ({ chunk, rows: run }));
  });
}

function runs(rows: ReadyRow[], heldIds: readonly string[]): ReadyRow[][] {
  if (rows.length === 0) return [];
  if (heldIds.length === 0) return [rows];
  const held = heldIds.map(BigInt);
  const found: ReadyRow[][] = [];
  let passed = 0;
  for (const row of rows) {
    const before = passed;
    while (passed < held.length && (held[passed] ?? 0n) < BigInt(row[0])) passed++;
    if (found.length === 0 || passed > before) found.push([]);
    found.at(-1)?.push(row);
  }
  return found;
}
