import { randomBytes, randomInt } from "node:crypto";
import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

/** The one account of the simulated vendor, with one application. Keys and IDs are made up for each start. */
export interface Account {
  secretId: string;
  secretKey: string;
  sdkAppId: string;
  signName: string;
}

export function openAccount(): Account {
  return {
    secretId: `AKID${randomBytes(16).toString("hex")}`,
    secretKey: randomBytes(16).toString("hex"),
    sdkAppId: `1400${randomInt(100_000, 999_999)}`,
    signName: "知行学校",
  };
}

/** A text message on its way to a phone. */
export interface SimulatedSms extends SimulatedMessage {
  /** The same as `to`, in parts as reports have it. */
  countryCode: string;
  number: string;
  serialNo: string;
  session: string;
  report: "delivered" | "undelivered" | "none";
  /** What the carrier says: a code and a sentence. */
  word: { code: string; text: string };
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
