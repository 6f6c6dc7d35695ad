import { parseArgs } from "node:util";
import { FAULT_NAMES, type FaultName } from "./faults/faults.ts";
import { PROFILES } from "./profiles.ts";
import { tryNaiveSender } from "./reference/try-naive.ts";
import { type ChaosResult, isPassed, toJson, toTable } from "./report.ts";
import { type ProductResult, runProduct } from "./run-product.ts";
import { bundlePrograms } from "./stage/bundle.ts";
import { BACKENDS, type Backend } from "./stage/stage.ts";

const USAGE = `Use: npm run chaos -- [--profile ${Object.keys(PROFILES).join("|")}] [--backend ${BACKENDS.join("|")}|both]
  [--only <${FAULT_NAMES.join(",")}>] [--seed <number>] [--keep] [--json]`;

interface Options {
  profile: keyof typeof PROFILES;
  backends: Backend[];
  faults: FaultName[];
  seed: number;
  keep: boolean;
  json: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      profile: { type: "string", default: "quick" },
      backend: { type: "string", default: "both" },
      only: { type: "string" },
      seed: { type: "string", default: "1" },
      keep: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const backends = values.backend === "both" ? [...BACKENDS] : values.backend.split(",");
  const faults = values.only?.split(",") ?? FAULT_NAMES;
  const isKnown =
    values.profile in PROFILES &&
    backends.every((name) => BACKENDS.includes(name as Backend)) &&
    faults.every((name) => FAULT_NAMES.includes(name as FaultName)) &&
    Number.isSafeInteger(Number(values.seed));
  if (!isKnown) throw new Error(USAGE);
  return {
    profile: values.profile as keyof typeof PROFILES,
    backends: backends as Backend[],
    faults: faults as FaultName[],
    seed: Number(values.seed),
    keep: values.keep,
    json: values.json,
  };
}

async function main(): Promise<void> {
  const { profile: name, backends, faults, seed, keep, json } = readOptions();
  const profile = PROFILES[name];
  const startedAt = performance.now();
  // With --json the standard output is the result and nothing else.
  const report = (line: string) => {
    const seconds = String(Math.round((performance.now() - startedAt) / 1000)).padStart(4);
    (json ? console.error : console.log)(`${seconds} s  ${line}`);
  };
  await bundlePrograms();
  report("the naive sender, which has to be convicted");
  const naive = await tryNaiveSender(profile.naive, seed);
  const product: ProductResult[] = [];
  for (const backend of backends) {
    product.push(await runProduct({ backend, profile, faults, seed, keep, report }));
  }
  const result: ChaosResult = { profile: name, seed, product, naive, isPassed: isPassed(product, naive) };
  console.log(json ? toJson(result) : toTable(result));
  process.exitCode = result.isPassed ? 0 : 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
