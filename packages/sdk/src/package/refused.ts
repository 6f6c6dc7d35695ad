/** What was handed over is not what it has to be. */
export class PackageRefused extends Error {
  override readonly name = "PackageRefused";
  /** Sentences that say what is wrong. */
  readonly faults: string[];

  constructor(faults: string[]) {
    super(faults.join("; "));
    this.faults = faults;
  }
}
