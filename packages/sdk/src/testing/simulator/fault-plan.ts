import type { SimulatorFault } from "./contract.ts";

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
