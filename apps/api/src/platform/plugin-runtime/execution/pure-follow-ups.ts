import type { FollowUpInput, QueryAnswer, RecallResult } from "@tidings/sdk/plugin";
import type { Logger } from "../../logger.ts";
import type { PureFunctions } from "../catalogue.ts";
import type { FollowUp } from "../channel.ts";
import type { Converse } from "./conversation.ts";
import { logBreaches, logFault } from "./fault-log.ts";
import { FollowUpOutcome, type ReadSaid, readAnswer, readRecall } from "./follow-up.ts";
import { NO_RESULT } from "./obstacles.ts";
import { readFollowUp, type Settlement } from "./plugin-output.ts";
import { obstacleOf } from "./plugin-unavailable.ts";
import type { Sender } from "./request-sender.ts";

export interface PureFollowUpDeps {
  converse: Converse;
  /** What every function of a plugin gets besides its messages. */
  fresh(sender: Sender): Omit<FollowUpInput, "messages">;
  logger: Logger;
}

/** Asks about messages and takes them back, with the functions of a pure plugin. */
export function createPureFollowUps({ converse, fresh, logger }: PureFollowUpDeps) {
  async function followUp<T extends QueryAnswer | RecallResult>(
    sender: Sender,
    plugin: PureFunctions,
    { messages }: FollowUp,
    way: { op: "query" | "recall"; said: "answers" | "recalls"; read: ReadSaid<T> },
  ): Promise<T[]> {
    const refs = messages.map(({ ref }) => ref);
    const outcome = new FollowUpOutcome(refs, way.read, sender.credentials.redact);
    try {
      const plan = readFollowUp(await plugin[way.op]?.({ messages, ...fresh(sender) }), way.said);
      outcome.add(plan.said);
      const settled = (settlement: Settlement) => outcome.add(settlement[way.said]);
      await converse(sender, plugin, { op: way.op, first: plan.requests }, { settled });
      return outcome.complete(NO_RESULT);
    } catch (error) {
      logFault(logger, sender, way.op, error);
      return outcome.complete(obstacleOf(error));
    } finally {
      logBreaches(logger, sender, outcome.breaches);
    }
  }

  return {
    query: (sender: Sender, plugin: PureFunctions, asked: FollowUp): Promise<QueryAnswer[]> =>
      followUp(sender, plugin, asked, { op: "query", said: "answers", read: readAnswer }),

    recall: (sender: Sender, plugin: PureFunctions, asked: FollowUp): Promise<RecallResult[]> =>
      followUp(sender, plugin, asked, { op: "recall", said: "recalls", read: readRecall }),
  };
}
