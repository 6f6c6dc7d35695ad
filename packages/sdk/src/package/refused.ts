import type { Fault } from "../faults/index.ts";

const FAULT_LIMIT = 50;

/** What was handed over is not what it has to be. */
export class PackageRefused extends Error {
  override readonly name = "PackageRefused";
  /** What is wrong: at most 50. */
  readonly faults: Fault[];

  constructor(faults: Fault[]) {
    const kept = faults.slice(0, FAULT_LIMIT);
    super(kept.map(({ detail }) => detail).join("; "));
    this.faults = kept;
  }
}
