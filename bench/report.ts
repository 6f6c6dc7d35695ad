import { cpus } from "node:os";
import { medianOf, type RowResult } from "./rounds.ts";

export function printReport(results: RowResult[], options: { json: boolean; database: string }): void {
  console.log(options.json ? toJson(results, options.database) : toTable(results, options.database));
}

function toJson(results: RowResult[], database: string): string {
  const rows = results.map(({ name, ratio, target, rounds, isNoisy }) => ({
    name,
    ratio,
    target,
    isNoisy,
    rounds: rounds.map((round) => ({ ...round })),
  }));
  return JSON.stringify({ machine: describeMachine(database), rows }, null, 2);
}

function toTable(results: RowResult[], database: string): string {
  const lines = results.flatMap((result) => {
    const { name, title, unit, ratio, target, rounds, isNoisy } = result;
    const of = (pick: (round: (typeof rounds)[number]) => number | undefined) =>
      medianOf(rounds.map((round) => pick(round) ?? 0));
    const rate = (value: number) => Math.round(value).toLocaleString("en");
    return [
      "",
      `${name} · ${title}`,
      `  ratio ${ratio.toFixed(2)} (${rounds.map((round) => round.ratio.toFixed(2)).join(" ")}), target ≥ ${target.toFixed(2)}: ${ratio >= target ? "reached" : "MISSED"}${isNoisy ? " · noisy machine" : ""}`,
      `  reference ${rate(of((round) => round.reference.perSecond))}, product ${rate(of((round) => round.product.perSecond))} ${unit}`,
      `  CPU-µs a message: server ${of((round) => round.product.serverMicros).toFixed(1)}, PostgreSQL ${of((round) => round.product.databaseMicros).toFixed(1)}`,
    ];
  });
  return [...lines, "", describeMachine(database)].join("\n");
}

const describeMachine = (database: string) =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, PostgreSQL ${database}`;
