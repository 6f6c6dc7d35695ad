import { randomBytes } from "node:crypto";
import type {
  PlannedRequest,
  PurePlugin,
  QueryAnswer,
  RecallResult,
  SendResult,
  SettleInput,
  Verification,
  VerifyInput,
} from "@tidings/sdk/plugin";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { FollowUp, SendBatch } from "../channel.ts";
import { BatchOutcome } from "./batch-outcome.ts";
import { logBreaches, logFault } from "./fault-log.ts";
import { FollowUpOutcome, type ReadSaid, readAnswer, readRecall } from "./follow-up.ts";
import { PluginFault } from "./plugin-fault.ts";
import { readFollowUp, readPlan, readRequests, readSettlement, type Settlement } from "./plugin-output.ts";
import type { createRequestSender, Sender } from "./request-sender.ts";
import { cleanVerification } from "./verification.ts";

const MAX_ROUNDS = 3;
const NO_RESULT = { code: "no_result", detail: "The plugin gave no result for this message." };
const FAILED = { code: "plugin_error", detail: "The plugin failed." };

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
    { op, first, startBy }: { op: SettleInput["op"]; first: PlannedRequest[]; startBy?: number },
    listener: { sent?(refs: string[]): void; settled(settlement: Settlement): void },
  ): Promise<void> {
    const send = sendRequests(sender, startBy);
    const { settings } = sender.channel;
    let requests = first;
    for (let round = 1; requests.length > 0; round += 1) {
      if (round > MAX_ROUNDS) throw new PluginFault(`asked for more than ${MAX_ROUNDS} rounds`);
      const responses = await Promise.all(
        requests.map(async (request) => {
          const response = await send(request);
          if (!("error" in response) || response.error === "ambiguous") listener.sent?.(request.refs);
          return response;
        }),
      );
      const settlement = readSettlement(await plugin.settle({ op, responses, settings, now: now() }));
      listener.settled(settlement);
      requests = settlement.requests;
    }
  }

  async function followUp<T extends QueryAnswer | RecallResult>(
    sender: Sender,
    plugin: PurePlugin,
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
      return outcome.complete(FAILED);
    } finally {
      logBreaches(logger, sender, outcome.breaches);
    }
  }

  return {
    async send(sender: Sender, plugin: PurePlugin, { startBy, ...batch }: SendBatch): Promise<SendResult[]> {
      const refs = batch.messages.map(({ ref }) => ref);
      const outcome = new BatchOutcome(refs, sender.credentials.redact);
      try {
        const plan = readPlan(await plugin.plan({ ...batch, ...fresh(sender) }));
        outcome.add(plan.results);
        const first = plan.requests;
        await converse(
          sender,
          plugin,
          { op: "send", first, ...(startBy !== undefined && { startBy }) },
          {
            sent: (some) => outcome.markSent(some),
            settled: ({ results }) => outcome.add(results),
          },
        );
        return outcome.complete(NO_RESULT);
      } catch (error) {
        logFault(logger, sender, "send", error);
        return outcome.complete(FAILED);
      } finally {
        logBreaches(logger, sender, outcome.breaches);
      }
    },

    query: (sender: Sender, plugin: PurePlugin, asked: FollowUp): Promise<QueryAnswer[]> =>
      followUp(sender, plugin, asked, { op: "query", said: "answers", read: readAnswer }),

    recall: (sender: Sender, plugin: PurePlugin, asked: FollowUp): Promise<RecallResult[]> =>
      followUp(sender, plugin, asked, { op: "recall", said: "recalls", read: readRecall }),

    async verify(sender: Sender, plugin: PurePlugin): Promise<Verification> {
      if (!plugin.verify) return { ok: true, code: "not_testable", detail: "This plugin offers no test." };
      const { redact } = sender.credentials;
      let found: Verification | undefined;
      try {
        const first = readRequests((await plugin.verify(fresh(sender)))?.requests);
        const settled = ({ verification }: Settlement) => {
          found = verification ?? found;
        };
        await converse(sender, plugin, { op: "verify", first }, { settled });
        if (!found) throw new PluginFault("settle gave no verification");
        return cleanVerification(found, redact);
      } catch (error) {
        logFault(logger, sender, "verify", error);
        return { ok: false, ...FAILED };
      }
    },
  };

  function fresh(sender: Sender): VerifyInput {
    return { settings: sender.channel.settings, now: now(), seed: randomBytes(16).toString("hex") };
  }
}
