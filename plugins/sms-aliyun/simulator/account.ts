import { randomBytes } from "node:crypto";
import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

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

const INBOX_LIMIT = 100_000;

/** What arrived, oldest first; the oldest are dropped beyond the limit. */
export class Inbox {
  #messages: SimulatedSms[] = [];

  add(messages: SimulatedSms[]): void {
    this.#messages.push(...messages);
    if (this.#messages.length > INBOX_LIMIT) this.#messages = this.#messages.slice(-INBOX_LIMIT);
  }

  get messages(): readonly SimulatedSms[] {
    return this.#messages;
  }
}

/** Faults that a test has ordered, one per call. */
export class FaultPlan {
  #fault: SimulatorFault | undefined;
  #count = 0;

  order(fault: SimulatorFault, count: number): void {
    this.#fault = fault;
    this.#count = count;
  }

  take(): SimulatorFault | undefined {
    if (this.#count === 0) return undefined;
    this.#count -= 1;
    return this.#fault;
  }
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
