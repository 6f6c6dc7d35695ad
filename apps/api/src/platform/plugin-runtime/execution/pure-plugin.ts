import { randomBytes } from "node:crypto";
import type {
  PlannedRequest,
  PurePlugin,
  SendResult,
  SettleInput,
  Verification,
  VerifyInput,
} from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { SendBatch } from "../channel.ts";
import { BatchOutcome } from "./batch-outcome.ts";
import { logBreaches, logFault } from "./fault-log.ts";
import { PluginFault } from "./plugin-fault.ts";
import { readPlan, readRequests, readSettlement } from "./plugin-output.ts";
import type { createRequestSender, Sender } from "./request-sender.ts";
import { cleanVerification } from "./verification.ts";

const MAX_ROUNDS = 3;

export interface PureExecutorDeps {
  sendRequests: ReturnType<typeof createRequestSender>;
  clock: Clock;
  logger: Logger;
}

/** Holds the conversation between a pure plugin and its vendor: plan → requests → settle, at most three rounds. */
export function createPureExecutor({ sendRequests, clock, logger }: PureExecutorDeps) {
  const now = () => clock.now().getTime();

  async function converse(
    sender: Sender,
    plugin: PurePlugin,
    op: SettleInput["op"],
    first: PlannedRequest[],
    outcome: BatchOutcome,
  ): Promise<Verification | undefined> {
    const send = sendRequests(sender);
    const { settings } = sender.channel;
    let requests = first;
    let verification: Verification | undefined;
    for (let round = 1; requests.length > 0; round += 1) {
      if (round > MAX_ROUNDS) throw new PluginFault(`asked for more than ${MAX_ROUNDS} rounds`);
      const responses = await Promise.all(
        requests.map(async (request) => {
          const response = await send(request);
          if (!("error" in response) || response.error === "ambiguous") outcome.markSent(request.refs);
          return response;
        }),
      );
      const settlement = readSettlement(await plugin.settle({ op, responses, settings, now: now() }));
      outcome.add(settlement.results);
      verification = settlement.verification ?? verification;
      requests = settlement.requests;
    }
    return verification;
  }

  return {
    async send(sender: Sender, plugin: PurePlugin, batch: SendBatch): Promise<SendResult[]> {
      const refs = batch.messages.map(({ ref }) => ref);
      const outcome = new BatchOutcome(refs, sender.credentials.redact);
      try {
        const plan = readPlan(await plugin.plan({ ...batch, ...fresh(sender) }));
        outcome.add(plan.results);
        await converse(sender, plugin, "send", plan.requests, outcome);
        return outcome.complete({ code: "no_result", detail: "The plugin gave no result for this message." });
      } catch (error) {
        logFault(logger, sender, "send", error);
        return outcome.complete({ code: "plugin_error", detail: "The plugin failed." });
      } finally {
        logBreaches(logger, sender, outcome.breaches);
      }
    },

    async verify(sender: Sender, plugin: PurePlugin): Promise<Verification> {
      if (!plugin.verify) return { ok: true, code: "not_testable", detail: "This plugin offers no test." };
      const { redact } = sender.credentials;
      try {
        const requests = readRequests((await plugin.verify(fresh(sender)))?.requests);
        const verification = await converse(sender, plugin, "verify", requests, new BatchOutcome([], redact));
        if (!verification) throw new PluginFault("settle gave no verification");
        return cleanVerification(verification, redact);
      } catch (error) {
        logFault(logger, sender, "verify", error);
        return { ok: false, code: "plugin_error", detail: "The plugin failed." };
      }
    },
  };

  function fresh(sender: Sender): VerifyInput {
    return { settings: sender.channel.settings, now: now(), seed: randomBytes(16).toString("hex") };
  }
}
