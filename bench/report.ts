import { cpus } from "node:os";
import { isReached, type Measurement, medianOf, type RowResult } from "./rounds.ts";

/** A row without a figure: what was done was not correct, or could not be done. */
export interface VoidRow {
  name: string;
  reason: string;
}

export interface Report {
  results: RowResult[];
  voids: VoidRow[];
  /** PostgreSQL's version. */
  database: string;
}

export function printReport(report: Report, { json }: { json: boolean }): void {
  console.log(json ? toJson(report) : toTable(report));
}

function toJson({ results, voids, database }: Report): string {
  const rows = results.map(({ name, ratio, target, atMost, rounds, isNoisy }) => ({
    name,
    ratio,
    target,
    ...(atMost && { atMost }),
    isNoisy,
    rounds,
  }));
  return JSON.stringify({ machine: describeMachine(database), rows, voids }, null, 2);
}

function toTable({ results, voids, database }: Report): string {
  const broken = voids.flatMap(({ name, reason }) => ["", `${name} · VOID: ${reason}`]);
  return [...results.flatMap(describeRow), ...broken, "", describeMachine(database)].join("\n");
}

function describeRow(result: RowResult): string[] {
  const { name, title, unit, ratio, target, atMost, rounds, isNoisy } = result;
  const each = rounds.map((round) => round.ratio.toFixed(2)).join(" ");
  const verdict = isReached(result) ? "reached" : "MISSED";
  const figure = rounds.some(({ reference }) => reference) ? "ratio" : unit;
  return [
    "",
    `${name} · ${title}`,
    `  ${figure} ${ratio.toFixed(2)} (${each}), target ${atMost ? "≤" : "≥"} ${target.toFixed(2)}: ${verdict}${isNoisy ? " · noisy machine" : ""}`,
    ...describeSides(result),
  ];
}

function describeSides({ rounds, unit }: RowResult): string[] {
  const references = rounds.flatMap(({ reference }) => reference ?? []);
  const products = rounds.flatMap(({ product }) => product ?? []);
  if (references.length === 0) return [];
  const median = (sides: Measurement[], pick: (side: Measurement) => number | undefined) =>
    medianOf(sides.flatMap((side) => pick(side) ?? []));
  const rate = (sides: Measurement[]) =>
    Math.round(median(sides, ({ perSecond }) => perSecond)).toLocaleString("en");
  const server = median(products, ({ serverMicros }) => serverMicros);
  const database = median(products, ({ databaseMicros }) => databaseMicros);
  return [
    `  reference ${rate(references)}, product ${rate(products)} ${unit}`,
    ...(server > 0
      ? [`  CPU-µs a message: server ${server.toFixed(1)}, PostgreSQL ${database.toFixed(1)}`]
      : []),
  ];
}

const describeMachine = (database: string) =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, PostgreSQL ${database}`;
