import { type ConnectedCall, dropConnection, neverAnswer } from "./calls.ts";
import type { SimulatorFault } from "./contract.ts";

/** The faults that a vendor's own answer shows; the others are the connection's. */
export type AnsweredFault = Extract<SimulatorFault, "refuse" | "busy">;

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

  /**
   * Answers a call with the fault that is its turn: a call to `drop` is not carried out, one to `hang` is, and gets no
   * answer.
   *
   * @example
   * app.post("/send", (c) => faults.answer(c, async (fault) => c.json(await send(c, fault))));
   */
  async answer(
    call: ConnectedCall,
    carryOut: (fault: AnsweredFault | undefined) => Response | Promise<Response>,
  ): Promise<Response> {
    const fault = this.take();
    if (fault === "drop") return dropConnection(call);
    if (fault !== "hang") return carryOut(fault);
    await carryOut(undefined);
    return neverAnswer();
  }
}
