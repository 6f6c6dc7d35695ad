import type { SimulatedMessage, SimulatorFault } from "@tidings/sdk/testing";

/** A message on its way to one user. */
export interface SimulatedNotice extends SimulatedMessage {
  taskId: number;
  msgtype: string;
  /** Where a card leads. */
  url: string;
  /**
   * - `arrived`: it lies before the user
   * - `read`: the user has opened it
   * - `invalid`: there is no such user
   * - `failed`: the vendor could not send it
   * - `dropped`: a limit kept it back, which the sender is told only when it asks
   */
  state: "arrived" | "read" | "invalid" | "failed" | "dropped" | "recalled";
  /** The code of the limit that kept it back. */
  code?: number;
}

const INBOX_LIMIT = 100_000;

/** What was sent, oldest first; the oldest are dropped beyond the limit. */
export class Inbox {
  #notices: SimulatedNotice[] = [];

  add(notices: SimulatedNotice[]): void {
    this.#notices.push(...notices);
    if (this.#notices.length > INBOX_LIMIT) this.#notices = this.#notices.slice(-INBOX_LIMIT);
  }

  get notices(): readonly SimulatedNotice[] {
    return this.#notices;
  }

  listOf(taskId: number): SimulatedNotice[] {
    return this.#notices.filter((notice) => notice.taskId === taskId);
  }

  /** The user opens everything that has arrived. */
  read(userId: string): void {
    for (const notice of this.#notices) {
      if (notice.to === userId && notice.state === "arrived") notice.state = "read";
    }
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
