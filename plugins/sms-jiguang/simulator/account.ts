import { randomBytes, randomInt } from "node:crypto";
import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

/** The one app of the simulated vendor. Keys and IDs are made up for each start. */
export interface Account {
  appKey: string;
  masterSecret: string;
  signId: number;
  signature: string;
}

export function openAccount(): Account {
  const makeKey = () => randomBytes(12).toString("hex");
  return { appKey: makeKey(), masterSecret: makeKey(), signId: randomInt(100, 9999), signature: "知行学校" };
}

/** A text message on its way to a phone. */
export interface SimulatedSms extends SimulatedMessage {
  messageId: string;
  /** What the carrier says; undefined: nothing ever. */
  report: number | undefined;
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
