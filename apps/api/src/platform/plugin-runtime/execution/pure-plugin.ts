import { randomBytes } from "node:crypto";
import type { SendResult, Verification, VerifyInput } from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { PureFunctions } from "../catalogue.ts";
import type { SendBatch } from "../channel.ts";
import { BatchOutcome } from "./batch-outcome.ts";
import { createConversation, type Listener } from "./conversation.ts";
import { logBreaches, logFault } from "./fault-log.ts";
import { NO_RESULT, NO_TEMPLATES } from "./obstacles.ts";
import { PluginFault } from "./plugin-fault.ts";
import { readPlan, readRequests, readVerifyPlan, type Settlement } from "./plugin-output.ts";
import { obstacleOf } from "./plugin-unavailable.ts";
import { createPureFollowUps } from "./pure-follow-ups.ts";
import type { createRequestSender, Sender } from "./request-sender.ts";
import { TemplateGathering, type TemplateList } from "./template-list.ts";
import { cleanVerification } from "./verification.ts";

export interface PureExecutorDeps {
  sendRequests: ReturnType<typeof createRequestSender>;
  clock: Clock;
  logger: Logger;
}

/** Holds the conversation between a pure plugin and its vendor: plan → requests → settle, at most three rounds. */
export function createPureExecutor({ sendRequests, clock, logger }: PureExecutorDeps) {
  const converse = createConversation({ sendRequests, clock });
  const fresh = (sender: Sender): VerifyInput => ({
    settings: sender.channel.settings,
    now: clock.now().getTime(),
    seed: randomBytes(16).toString("hex"),
  });

  return {
    async send(
      sender: Sender,
      plugin: PureFunctions,
      { startBy, ...batch }: SendBatch,
    ): Promise<SendResult[]> {
      const refs = batch.messages.map(({ ref }) => ref);
      const outcome = new BatchOutcome(refs, sender.credentials.redact);
      try {
        const plan = readPlan(await plugin.plan({ ...batch, ...fresh(sender) }));
        outcome.add(plan.results);
        const listener: Listener = {
          sent: (some) => outcome.markSent(some),
          settled: ({ results }) => outcome.add(results),
        };
        await converse(sender, plugin, { op: "send", first: plan.requests, startBy }, listener);
        return outcome.complete(NO_RESULT);
      } catch (error) {
        logFault(logger, sender, "send", error);
        return outcome.complete(obstacleOf(error));
      } finally {
        logBreaches(logger, sender, outcome.breaches);
      }
    },

    ...createPureFollowUps({ converse, fresh, logger }),

    async syncTemplates(sender: Sender, plugin: PureFunctions, named: string[]): Promise<TemplateList> {
      if (!plugin.syncTemplates) return { ok: false, ...NO_TEMPLATES };
      const gathering = new TemplateGathering(sender.credentials.redact);
      try {
        const first = readRequests((await plugin.syncTemplates({ ...fresh(sender), named }))?.requests);
        await converse(sender, plugin, { op: "sync", first }, { settled: ({ sync }) => gathering.add(sync) });
        return gathering.complete();
      } catch (error) {
        logFault(logger, sender, "sync", error);
        return { ok: false, ...obstacleOf(error) };
      }
    },

    async verify(sender: Sender, plugin: PureFunctions): Promise<Verification> {
      if (!plugin.verify) return { ok: true, code: "not_testable", detail: "This plugin offers no test." };
      const { redact } = sender.credentials;
      let found: Verification | undefined;
      try {
        const { requests: first, verification } = readVerifyPlan(await plugin.verify(fresh(sender)));
        found = verification;
        const settled = ({ verification }: Settlement) => {
          found = verification ?? found;
        };
        await converse(sender, plugin, { op: "verify", first }, { settled });
        if (!found) throw new PluginFault("settle gave no verification");
        return cleanVerification(found, redact);
      } catch (error) {
        logFault(logger, sender, "verify", error);
        return { ok: false, ...obstacleOf(error) };
      }
    },
  };
}
