import { randomBytes } from "node:crypto";
import type { SimulatedMessage, SimulatorFault, SimulatorOptions } from "@tidings/sdk/testing";

const INBOX_LIMIT = 10_000;
const CALL_LIMIT = 100;
const NUMBER = /^(\+86)?1[3-9]\d{9}$|^\+[1-9]\d{6,14}$/;
/** Numbers that end so are not reached. */
const UNREACHABLE = /0000$/;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** What the gateway knows of a message. */
interface Report {
  id: string;
  status: "accepted" | "delivered" | "failed";
  at: string;
  code?: string;
}

/** The gateway: keeps messages, pushes receipts, answers questions, and misbehaves when told to. */
export class Vendor {
  readonly apiKey = randomBytes(24).toString("hex");
  readonly messages: SimulatedMessage[] = [];
  readonly #reports = new Map<string, Report>();
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

  take({ messages }: Record<string, unknown>): Answer {
    if (!Array.isArray(messages) || messages.length === 0 || messages.length > CALL_LIMIT) {
      return { status: 400, body: { code: "invalid", message: `messages is a list of 1 to ${CALL_LIMIT}` } };
    }
    return { status: 200, body: { results: messages.map((message) => this.#takeOne(message)) } };
  }

  /** What became of messages, by the sender's references. */
  report({ refs }: Record<string, unknown>): Answer {
    if (!Array.isArray(refs) || refs.length > CALL_LIMIT) {
      return { status: 400, body: { code: "invalid", message: `refs is a list of at most ${CALL_LIMIT}` } };
    }
    const reports = refs.map((ref) => ({
      ref,
      ...(this.#reports.get(String(ref)) ?? { status: "not_found" }),
    }));
    return { status: 200, body: { complete: true, reports } };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #takeOne({ ref, to, text }: Record<string, unknown>) {
    if (typeof to !== "string" || !NUMBER.test(to))
      return { ref, code: "invalid_number", message: "no such number" };
    if (typeof text !== "string" || text === "")
      return { ref, code: "content_refused", message: "empty text" };
    const report: Report = {
      id: randomBytes(8).toString("hex"),
      status: "accepted",
      at: new Date().toISOString(),
    };
    this.#reports.set(String(ref), report);
    this.messages.push({ to, text, ref: String(ref), at: Date.now() });
    if (this.messages.length > INBOX_LIMIT) this.messages.shift();
    this.#concludeLater(report, UNREACHABLE.test(to));
    return { ref, id: report.id };
  }

  #concludeLater(report: Report, isUnreachable: boolean): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      report.status = isUnreachable ? "failed" : "delivered";
      report.at = new Date().toISOString();
      if (isUnreachable) report.code = "unreachable";
      const { receiptsUrl } = this.#options;
      if (!receiptsUrl) return;
      // A receiver that is down misses its receipt, as at many gateways.
      fetch(receiptsUrl, { method: "POST", body: JSON.stringify([report]) }).catch(() => undefined);
    }, this.#options.receiptDelayMs ?? 300);
    this.#timers.add(timer);
  }
}
