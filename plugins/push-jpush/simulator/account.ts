import { randomBytes } from "node:crypto";
import type { SimulatorFault } from "@tidings/sdk/testing";

/** The one app of the simulated vendor. Its keys are made up for each start. */
export interface Account {
  appKey: string;
  masterSecret: string;
  /** Paid apps may ask for the state of devices. */
  isVip: boolean;
}

export function openAccount(isVip: boolean): Account {
  const makeKey = () => randomBytes(12).toString("hex");
  return { appKey: makeKey(), masterSecret: makeKey(), isVip };
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
