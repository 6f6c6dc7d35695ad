import { cpus } from "node:os";
import { CHARGES, type Verdict } from "./checker/verdict.ts";
import type { ProductResult } from "./run-product.ts";

export interface ChaosResult {
  profile: string;
  seed: number;
  product: ProductResult[];
  /** The same checker over a sender that is known to be wrong. */
  naive: Verdict;
  isPassed: boolean;
}

/** The product has to be acquitted, everything has to be over, and the naive sender has to be convicted. */
export function isPassed(product: ProductResult[], naive: Verdict): boolean {
  const isClean = ({ verdict, rest, surprises }: ProductResult) =>
    !verdict.isConvicted && rest.open + rest.receipts + rest.messages === 0 && surprises.length === 0;
  return product.every(isClean) && naive.charges.duplicate + naive.charges.lost > 0;
}

export const toJson = (result: ChaosResult): string =>
  JSON.stringify({ machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`, ...result }, null, 2);

const COLUMNS = ["deliveries", "effects", ...CHARGES, "unknown", "tables"] as const;

export function toTable({ product, naive, isPassed }: ChaosResult): string {
  const rows = [
    ["", ...COLUMNS, "verdict"],
    ...product.map(({ backend, verdict }) => [
      backend,
      ...figures(verdict),
      verdict.isConvicted ? "CONVICTED" : "acquitted",
    ]),
    ["naive sender", ...figures(naive), naive.isConvicted ? "convicted" : "NOT CONVICTED"],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "));
  return ["", ...table, "", ...product.flatMap(describe), isPassed ? "passed" : "FAILED"].join("\n");
}

function figures({ deliveries, effects, charges, unknown, breaches }: Verdict): string[] {
  const counts = [
    deliveries,
    effects,
    ...CHARGES.map((charge) => charges[charge]),
    sum(unknown),
    sum(breaches),
  ];
  return counts.map(String);
}

function describe({
  backend,
  seconds,
  verdict,
  strikes,
  ownEnds,
  repeats,
  surprises,
  rest,
  folder,
}: ProductResult) {
  const pairs = (record: Record<string, number>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const isRest = rest.open + rest.receipts + rest.messages > 0;
  return [
    `${backend}: ${seconds} s, ${verdict.messages} messages, ${repeats} requests repeated, ${verdict.repeats} repeats dropped by the vendor, ${ownEnds} processes ended by themselves`,
    `  faults: ${pairs(strikes)}`,
    `  unknown by cause: ${pairs(verdict.unknown)}`,
    ...(isRest ? [`  NOT OVER: ${JSON.stringify(rest)}`] : []),
    ...Object.keys(verdict.breaches).map((breach) => `  TABLES: ${breach}`),
    ...verdict.examples.map((example) => `  ${example}`),
    ...surprises.slice(0, 10).map((surprise) => `  surprise: ${surprise}`),
    ...(folder ? [`  kept in ${folder}`] : []),
    "",
  ];
}

const sum = (record: Record<string, number>) =>
  Object.values(record).reduce((total, count) => total + count, 0);
