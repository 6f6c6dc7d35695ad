import type { Transact } from "../../platform/database/index.ts";
import { takeSlots } from "./pacer.repository.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";
import { openAttempts, START_WITHIN_SECONDS } from "./send.repository.ts";
import type { Batch } from "./send-batch.ts";
import { dropSuppressed } from "./suppression.repository.ts";
import { keepReady } from "./withdrawal.repository.ts";

/** Batches of one chunk that are opened together and under way at once; the runtime bounds a channel's calls. */
const BATCHES_AT_ONCE = 8;

/** What a worker would like to send of its chunk. */
export interface Wish {
  left: ReadyRow[];
  /** Of the chunk's other rows those that wait; no batch covers them. In order. */
  heldIds: readonly string[];
  batchSize: number;
  isFirst: boolean;
  isProbe: boolean;
}

export type Opened = { batches: OpenBatch[]; count: number } | { waitMs: number; turnMs: number };

/**
 * Opens what may be sent at once: several batches, or as much of them as the rates let through. A probe's first batch
 * goes alone.
 */
export async function openRows(
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  wish: Wish,
): Promise<Opened | undefined> {
  const { left, heldIds, batchSize, isFirst, isProbe } = wish;
  const wanted = Math.min(left.length, batchSize * (isProbe && isFirst ? 1 : BATCHES_AT_ONCE));
  // Whether there is a rate has just been read for the first batches.
  const mayBePaced = work.isPaced || !isFirst;
  const slots = mayBePaced ? await takeSlots(tx, work, wanted, left.length) : { count: wanted };
  if ("waitMs" in slots) return slots;
  const batches = await openBatches(
    tx,
    work,
    runs(left.slice(0, slots.count), heldIds).flatMap((run) => slices(run, batchSize)),
  );
  return batches && { batches, count: slots.count };
}

export type OpenBatch = Pick<Batch, "attemptId" | "startBy" | "range" | "rows">;

async function openBatches(
  tx: Parameters<Parameters<Transact>[1]>[0],
  work: ChunkWork,
  batches: ReadyRow[][],
): Promise<OpenBatch[] | undefined> {
  const startBy = performance.now() + START_WITHIN_SECONDS * 1000;
  const attempts = await openAttempts(tx, work, batches);
  if (!attempts) return undefined;
  const wanted = attempts.areSuppressionsNew ? await dropSuppressed(tx, work, batches) : batches;
  const ready = await keepReady(tx, work, wanted);
  return batches.map((batch, index) => ({
    attemptId: attempts.ids[index] ?? "",
    startBy,
    range: { firstId: batch[0]?.[0] ?? "", lastId: batch.at(-1)?.[0] ?? "" },
    rows: ready[index] ?? [],
  }));
}

/** Rows that follow each other without a row between them that waits. */
function runs(rows: ReadyRow[], heldIds: readonly string[]): ReadyRow[][] {
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

function slices<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
