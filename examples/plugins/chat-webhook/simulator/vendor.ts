import { randomBytes } from "node:crypto";
import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

const INBOX_LIMIT = 10_000;
const KEYWORD = "通知";

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A group chat with one robot that wants its keyword. */
export class Vendor {
  readonly token = randomBytes(24).toString("hex");
  readonly keyword = KEYWORD;
  readonly messages: SimulatedMessage[] = [];
  #fault: SimulatorFault | undefined;
  #faultCount = 0;

  misbehave(fault: SimulatorFault, count: number): void {
    this.#fault = fault;
    this.#faultCount = count;
  }

  takeFault(): SimulatorFault | undefined {
    if (this.#faultCount === 0) return undefined;
    this.#faultCount -= 1;
    return this.#fault;
  }

  take({ text, mentions, mentionsAll }: Record<string, unknown>): Answer {
    if (typeof text !== "string" || !text.includes(KEYWORD)) {
      return { status: 200, body: { code: 310, message: "the keyword is missing" } };
    }
    const to = mentionsAll === true ? "all" : String(Array.isArray(mentions) ? mentions[0] : "");
    this.messages.push({ to, text, at: Date.now() });
    if (this.messages.length > INBOX_LIMIT) this.messages.shift();
    return { status: 200, body: { code: 0 } };
  }
}
