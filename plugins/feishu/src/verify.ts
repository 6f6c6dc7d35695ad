import {
  isRecord,
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";

/**
 * Reads the bot's own entry: it proves the app, its secret, its bot and the allowed address at once.
 * https://open.feishu.cn/document/client-docs/bot-v3/obtain-bot-info
 */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return { requests: [{ id: "bot", refs: [], ...call(settings, "GET", "bot/v3/info") }] };
}

/** The company has enabled the app. */
const ACTIVE = 2;

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const bot = "body" in response ? readAnswer(response.body)?.fields.bot : undefined;
  if (!isRecord(bot)) return { ok: false, code: "unreadable_answer" };
  return bot.activate_status === ACTIVE ? { ok: true } : { ok: false, code: "bot_inactive" };
}
