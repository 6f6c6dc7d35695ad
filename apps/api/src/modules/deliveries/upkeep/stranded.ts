import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import type { ReadRestraints } from "../judge/restraints.ts";
import { giveUpStranded, listStranded, type StrandedStep } from "./stranded.repository.ts";

const STEPS_A_ROUND = 100;

/**
 * A channel that stays down keeps its deliveries for when it is back. Whoever has chosen a fallback wants the next
 * channel instead: after five minutes such a step counts as failed, but for what quiet hours keep back anyway.
 */
export function createStrandedLoop(deps: {
  dispatch: Database;
  transact: Transact;
  readRestraints: ReadRestraints;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
}): Loop {
  let after: StrandedStep | undefined;

  async function giveUp(step: StrandedStep): Promise<void> {
    const restraints = await deps.readRestraints(step.tenantId);
    const gaveUp = await deps.transact(step, (tx) => giveUpStranded(tx, step, restraints));
    if (gaveUp) await deps.afterChunk(step.tenantId, step.messageId);
  }

  return {
    name: "stranded",
    idleMs: 2_000,
    async run() {
      const steps = await deps.dispatch.transaction((tx) => listStranded(tx, after, STEPS_A_ROUND));
      // Those that have no further step stay, so each round goes on behind the last.
      after = steps.length === STEPS_A_ROUND ? steps.at(-1) : undefined;
      await doForEach(steps, giveUp, "steps were not given up");
      return after !== undefined;
    },
  };
}
