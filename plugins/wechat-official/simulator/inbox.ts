import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

/** A message at one user's. */
export interface SimulatedNotice extends SimulatedMessage {
  msgid: string;
  /** What a click opens: a link, or a page of a mini program. */
  link: string;
  state: "arrived" | "blocked" | "failed";
}

const INBOX_LIMIT = 100_000;

/** What was sent, oldest first; the oldest are dropped beyond the limit. */
export class Inbox {
  #notices: SimulatedNotice[] = [];

  add(notice: SimulatedNotice): void {
    this.#notices.push(notice);
    if (this.#notices.length > INBOX_LIMIT) this.#notices = this.#notices.slice(-INBOX_LIMIT);
  }

  get notices(): readonly SimulatedNotice[] {
    return this.#notices;
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
