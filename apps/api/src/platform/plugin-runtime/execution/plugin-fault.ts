import type { Overrun } from "../sandbox/bundle.ts";

/** A plugin broke the contract: a bug of its author, not of the tenant and not of the vendor. */
export class PluginFault extends Error {
  override readonly name = "PluginFault";
  /** What it took more of than it may, where that is it. */
  readonly overrun: Overrun | undefined;

  constructor(message: string, overrun?: Overrun) {
    super(message);
    this.overrun = overrun;
  }
}
