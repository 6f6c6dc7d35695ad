import type { Database, Transact } from "../../../platform/database/index.ts";
import { doForEach, type Loop } from "../../../platform/loops.ts";
import type { ReadRestraints } from "../judge/restraints.ts";
import { giveUpStranded, listStranded, type StrandedStep } from "./stranded.repository.ts";

const STEPS_A_ROUND = 100;

/**
 * A channel that stays down keeps its deliveries for when it is back. Whoever has chosen a fallback wants the next
 * channel instead: after five minutes such a step counts as failed, but for what quiet hours keep back anyway. Some
 * chunks of each step a round: a step may have a million deliveries.
 */
export function createStrandedLoop(deps: {
  dispatch: Database;
  transact: Transact;
  readRestraints: ReadRestraints;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
}): Loop {
  let after: StrandedStep | undefined;
  /** The chunks behind which the steps that are not through go on. */
  let walks = new Map<string, string>();

  async function giveUp(step: StrandedStep, afterChunkId: string): Promise<string | undefined> {
    const restraints = await deps.readRestraints(step.tenantId);
    const givenUp = await deps.transact(step, (tx) => giveUpStranded(tx, step, afterChunkId, restraints));
    if (givenUp) await deps.afterChunk(step.tenantId, step.messageId);
    return givenUp?.goOnAfter;
  }

  return {
    name: "stranded",
    idleMs: 2_000,
    async run() {
      const steps = await deps.dispatch.transaction((tx) => listStranded(tx, after, STEPS_A_ROUND));
      const begun = walks;
      walks = new Map();
      const goOn = async (step: StrandedStep) => {
        const goOnAfter = await giveUp(step, begun.get(keyOf(step)) ?? "0");
        if (goOnAfter !== undefined) walks.set(keyOf(step), goOnAfter);
      };
      try {
        await doForEach(steps, goOn, "steps were not given up");
      } finally {
        // Those that have no further step stay, so each round goes on behind the last.
        if (walks.size === 0) after = steps.length === STEPS_A_ROUND ? steps.at(-1) : undefined;
      }
      return walks.size > 0 || after !== undefined;
    },
  };
}

const keyOf = ({ messageId, channelId, step }: StrandedStep) => `${messageId} ${channelId} ${step}`;
