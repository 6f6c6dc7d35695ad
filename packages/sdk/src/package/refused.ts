const FAULT_LIMIT = 50;
const FAULT_LENGTH = 300;

/** What was handed over is not what it has to be. */
export class PackageRefused extends Error {
  override readonly name = "PackageRefused";
  /** Sentences that say what is wrong: at most 50, of at most 300 characters. */
  readonly faults: string[];

  constructor(faults: string[]) {
    const kept = faults.slice(0, FAULT_LIMIT).map((fault) => fault.slice(0, FAULT_LENGTH));
    super(kept.join("; "));
    this.faults = kept;
  }
}
