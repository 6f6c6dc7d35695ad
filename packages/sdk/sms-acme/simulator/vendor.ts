import { randomBytes } from "node:crypto";
import type { SimulatedMessage, SimulatorFault, SimulatorOptions } from "@tidings/sdk/testing";

const INBOX_LIMIT = 10_000;
const UNKNOWN_RECIPIENT = "nobody";
/** Takes messages and never gets them. */
const UNREACHABLE_RECIPIENT = "unreachable";

export interface Answer {
  status: number;
  body: Record<string, string>;
  headers?: Record<string, string>;
}

/** The vendor: keeps messages, pushes receipts, and misbehaves when told to. */
export class Vendor {
  readonly apiKey = randomBytes(24).toString("hex");
  readonly messages: SimulatedMessage[] = [];
  readonly #options: SimulatorOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #fault: SimulatorFault | undefined;
  #faultCount = 0;

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  misbehave(fault: SimulatorFault, count: number): void {
    this.#fault = fault;
    this.#faultCount = count;
  }

  takeFault(): SimulatorFault | undefined {
    if (this.#faultCount === 0) return undefined;
    this.#faultCount -= 1;
    return this.#fault;
  }

  take({ ref, to, text }: Record<string, unknown>): Answer {
    if (typeof to !== "string" || typeof text !== "string" || text === "") {
      return { status: 400, body: { code: "invalid", message: "to and text are texts" } };
    }
    if (to === UNKNOWN_RECIPIENT)
      return { status: 404, body: { code: "unknown_recipient", message: "no such user" } };
    const id = randomBytes(8).toString("hex");
    this.messages.push({ to, text, ref: String(ref), at: Date.now() });
    if (this.messages.length > INBOX_LIMIT) this.messages.shift();
    this.#pushLater({ id, status: to === UNREACHABLE_RECIPIENT ? "failed" : "delivered" });
    return { status: 200, body: { id } };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #pushLater(receipt: { id: string; status: string }): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const { receiptsUrl } = this.#options;
      if (!receiptsUrl) return;
      const body = JSON.stringify([{ ...receipt, at: new Date().toISOString() }]);
      // A receiver that is down misses its receipt, as at many vendors.
      fetch(receiptsUrl, { method: "POST", body }).catch(() => undefined);
    }, this.#options.receiptDelayMs ?? 300);
    this.#timers.add(timer);
  }
}
