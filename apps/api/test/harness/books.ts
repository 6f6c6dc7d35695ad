import { expect } from "vitest";
import { type Books, findBreaches, INVARIANTS, type Invariant } from "./ledger.ts";
import { until } from "./patience.ts";

/**
 * The invariants that hold after every scenario: nothing lost, nothing counted twice, nothing of another tenant.
 * Every message of the installation has to be over.
 */
export async function expectNothingLost(installation: Books): Promise<void> {
  // Chunks are closed a moment after the last delivery has its state.
  await until(async () => (await findBreaches(installation, "something was left open")).length === 0).catch(
    () => undefined,
  );
  for (const invariant of Object.keys(INVARIANTS) as Invariant[]) {
    expect(await findBreaches(installation, invariant), invariant).toEqual([]);
  }
}
