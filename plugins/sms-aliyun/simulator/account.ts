import { randomBytes } from "node:crypto";
import type { SimulatedMessage } from "@tidings/sdk/testing";

/** The one account of the simulated vendor. The keys are made up for each start. */
export interface Account {
  accessKeyId: string;
  accessKeySecret: string;
  signName: string;
}

export function openAccount(): Account {
  return {
    accessKeyId: `LTAI5t${randomBytes(9).toString("hex")}`,
    accessKeySecret: randomBytes(15).toString("hex"),
    signName: "知行学校",
  };
}

/** What the carrier says of a message that did not arrive. */
export interface ReportedFault {
  code: string;
  text: string;
}

/** A text message on its way to a phone. */
export interface SimulatedSms extends SimulatedMessage {
  number: string;
  templateCode: string;
  outId: string;
  bizId: string;
  report: "delivered" | "undelivered" | "none";
  /** Why it is reported as undelivered. */
  fault: ReportedFault;
}

/** Counts calls within the second. */
export class RateLimit {
  readonly #perSecond: number;
  #second = 0;
  #count = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  allows(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#count = 0;
    this.#second = second;
    this.#count += 1;
    return this.#count <= this.#perSecond;
  }
}
