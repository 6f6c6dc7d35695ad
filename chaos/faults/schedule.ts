import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../random.ts";
import type { Stage } from "../stage/stage.ts";
import { FAULTS, type FaultName } from "./faults.ts";

/** A tenth of the interval, either way, so that faults meet in ever new ways. */
const JITTER = 0.1;

export interface FaultReport {
  /** How often each fault struck. */
  strikes: Record<string, number>;
}

/**
 * Lets every fault strike at its own pace until the time is over, each with random numbers of its own, so that the
 * same seed gives the same plan. Resolves when the last one is mended.
 */
export async function strikeUntil(
  stage: Stage,
  names: readonly FaultName[],
  { seed, forMs }: { seed: number; forMs: number },
): Promise<FaultReport> {
  const report: FaultReport = { strikes: {} };
  const endAt = performance.now() + forMs;
  await Promise.all(
    names.map((name, index) =>
      name === "vendor" ? undefined : strikeOne(stage, name, seed + index, report, endAt),
    ),
  );
  return report;
}

async function strikeOne(
  stage: Stage,
  name: Exclude<FaultName, "vendor">,
  seed: number,
  report: FaultReport,
  endAt: number,
): Promise<void> {
  const random = new Random(seed * 7919);
  const fault = FAULTS[name];
  const mending: Promise<unknown>[] = [];
  await delay(Math.min(fault.everyMs, 8_000) * random.between(0.3, 1));
  for (let count = 0; performance.now() < endAt; count++) {
    report.strikes[name] = count + 1;
    // Another fault may have taken away what this one wants to break.
    mending.push(fault.strike(stage, random, count).catch(() => undefined));
    await delay(fault.everyMs * random.between(1 - JITTER, 1 + JITTER));
  }
  await Promise.all(mending);
}
