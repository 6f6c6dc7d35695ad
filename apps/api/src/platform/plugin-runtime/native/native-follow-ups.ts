import type {
  FollowUpInput,
  NativePlugin,
  NativeSession,
  QueryAnswer,
  RecallResult,
} from "@tidings/sdk/plugin";
import type { Logger } from "../../logger.ts";
import type { FollowUp } from "../channel.ts";
import { DeadlineError, withDeadline } from "../execution/deadline.ts";
import { logBreaches, logFault } from "../execution/fault-log.ts";
import { FollowUpOutcome, type ReadSaid, readAnswer, readRecall } from "../execution/follow-up.ts";
import { FAILED, NO_RESULT } from "../execution/obstacles.ts";
import { readList } from "../execution/plugin-output.ts";
import type { Sender } from "../execution/request-sender.ts";
import { batchTimeoutMs, LATE } from "./native-results.ts";
import type { NativeSessions } from "./sessions.ts";

export interface NativeFollowUpDeps {
  sessions: NativeSessions;
  open(sender: Sender, plugin: NativePlugin): Promise<NativeSession>;
  fresh(): Pick<FollowUpInput, "now" | "seed">;
  logger: Logger;
}

/** Asks about messages and takes them back, over the channel's session. */
export function createNativeFollowUps({ sessions, open, fresh, logger }: NativeFollowUpDeps) {
  async function followUp<T extends QueryAnswer | RecallResult>(
    sender: Sender,
    plugin: NativePlugin,
    { messages }: FollowUp,
    { op, read }: { op: "query" | "recall"; read: ReadSaid<T> },
  ): Promise<T[]> {
    const { channel, manifest } = sender;
    const refs = messages.map(({ ref }) => ref);
    const outcome = new FollowUpOutcome(refs, read, sender.credentials.redact);
    try {
      const said: unknown = await sessions.use(
        channel,
        plugin,
        () => open(sender, plugin),
        async (session) =>
          withDeadline(
            Promise.resolve(session[op]?.({ messages, settings: channel.settings, ...fresh() })),
            batchTimeoutMs(manifest.limits, messages.length),
          ),
      );
      outcome.add(readList(said));
      return outcome.complete(NO_RESULT);
    } catch (error) {
      logFault(logger, sender, op, error);
      return outcome.complete(error instanceof DeadlineError ? LATE : FAILED);
    } finally {
      logBreaches(logger, sender, outcome.breaches);
    }
  }

  return {
    query: (sender: Sender, plugin: NativePlugin, asked: FollowUp): Promise<QueryAnswer[]> =>
      followUp(sender, plugin, asked, { op: "query", read: readAnswer }),

    recall: (sender: Sender, plugin: NativePlugin, asked: FollowUp): Promise<RecallResult[]> =>
      followUp(sender, plugin, asked, { op: "recall", read: readRecall }),
  };
}
