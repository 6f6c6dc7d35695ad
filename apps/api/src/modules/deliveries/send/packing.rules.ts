import type { ReadyRow } from "./send.repository.ts";

/** Rows of a chunk that follow each other without one between them that waits. */
export interface Run<Chunk> {
  chunk: Chunk;
  rows: ReadyRow[];
}

interface Filling<Chunk> {
  runs: Run<Chunk>[];
  room: number;
  addresses: Set<string>;
}

/**
 * Fills batches of at most so many rows: what is long takes some of its own, what is short shares one, unless each chunk
 * is to be kept apart. Of different runs an address stands in a batch once, because the vendor may speak of its messages
 * by their addresses.
 */
export function pack<Chunk>(
  runs: readonly Run<Chunk>[],
  { batchSize, isApart }: { batchSize: number; isApart: boolean },
): Run<Chunk>[][] {
  const batches: Filling<Chunk>[] = [];
  for (const run of runs.flatMap((long) => cut(long, batchSize))) {
    const last = batches.at(-1);
    if (last && fits(last, run, isApart)) put(last, run);
    else batches.push(put({ runs: [], room: batchSize, addresses: new Set() }, run));
  }
  return batches.map((batch) => batch.runs);
}

const cut = <Chunk>({ chunk, rows }: Run<Chunk>, size: number): Run<Chunk>[] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => ({
    chunk,
    rows: rows.slice(index * size, (index + 1) * size),
  }));

const fits = <Chunk>(filling: Filling<Chunk>, { chunk, rows }: Run<Chunk>, isApart: boolean): boolean =>
  rows.length <= filling.room &&
  !(isApart && filling.runs[0]?.chunk !== chunk) &&
  !rows.some(([, address]) => filling.addresses.has(address));

function put<Chunk>(filling: Filling<Chunk>, run: Run<Chunk>): Filling<Chunk> {
  filling.runs.push(run);
  filling.room -= run.rows.length;
  // A full batch is compared with nothing any more.
  if (filling.room > 0) for (const [, address] of run.rows) filling.addresses.add(address);
  return filling;
}
