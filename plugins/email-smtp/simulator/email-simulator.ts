import type { Simulator } from "@tidings/sdk/testing";
import type { ReturnsBox } from "./returns-box.ts";

export interface EmailSimulator extends Simulator {
  /** Settings beside the others that have returned mail read from the sender's mailbox. */
  returns: Record<string, string | number>;
  /** The sender's mailbox. */
  returnsBox: ReturnsBox;
}
