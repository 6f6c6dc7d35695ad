import { array, assert, boolean, integer, property, record } from "fast-check";
import { expect, it } from "vitest";
import { pack, type Run } from "./packing.rules.ts";
import type { ReadyRow } from "./send.repository.ts";

let nextId = 1;
const row = (address: string): ReadyRow => [String(nextId++), address, null, null, null, null];
const run = (chunk: string, ...addresses: string[]): Run<string> => ({ chunk, rows: addresses.map(row) });

/** Chunks and addresses of each batch. */
const shown = (batches: Run<string>[][]) =>
  batches.map((runs) =>
    runs.map(({ chunk, rows }) => `${chunk}:${rows.map(([, address]) => address).join("")}`).join(" "),
  );

it("lets short runs share batches, in order, and gives a long one batches of its own", () => {
  const runs = [run("1", "a"), run("2", "b"), run("3", "c", "d", "e", "f", "g"), run("4", "h")];
  expect(shown(pack(runs, { batchSize: 3, isApart: false }))).toEqual(["1:a 2:b", "3:cde", "3:fg 4:h"]);
});

it("keeps an address out of a batch in which it stands already", () => {
  const runs = [run("1", "a"), run("2", "a"), run("3", "b")];
  expect(shown(pack(runs, { batchSize: 3, isApart: false }))).toEqual(["1:a", "2:a 3:b"]);
});

it("keeps chunks apart where they are to be, but not the runs of one", () => {
  const runs = [run("1", "a"), run("1", "b"), run("2", "c")];
  expect(shown(pack(runs, { batchSize: 3, isApart: true }))).toEqual(["1:a 1:b", "2:c"]);
});

it("packs every row once and in order, and fills no batch beyond its size", () => {
  const anyRun = record({
    chunk: integer({ min: 1, max: 4 }),
    addresses: array(integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }),
  });
  const limits = record({ batchSize: integer({ min: 1, max: 8 }), isApart: boolean() });
  assert(
    property(array(anyRun, { maxLength: 12 }), limits, (given, options) => {
      const runs = given.map(({ chunk, addresses }) => run(String(chunk), ...addresses.map(String)));
      const batches = pack(runs, options);
      expect(batches.flat().flatMap(({ rows }) => rows)).toEqual(runs.flatMap(({ rows }) => rows));
      for (const batch of batches) {
        const count = batch.reduce((sum, { rows }) => sum + rows.length, 0);
        expect(count).toBeLessThanOrEqual(options.batchSize);
        expect(batch.length).toBeGreaterThan(0);
        if (options.isApart) expect(new Set(batch.map(({ chunk }) => chunk)).size).toBe(1);
      }
    }),
  );
});
