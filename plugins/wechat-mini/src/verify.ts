import {
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { call, readAnswer, readOutcome } from "@tidings/wechat";

/**
 * Lists the mini program's templates: it proves the program, its secret, its rights and the allowed address at once.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/getMessageTemplateList.html
 */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return { requests: [{ id: "templates", refs: [], ...call(settings, "wxaapi/newtmpl/gettemplate") }] };
}

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const list = "body" in response ? readAnswer(response.body)?.fields.data : undefined;
  return Array.isArray(list) ? { ok: true } : { ok: false, code: "unreadable_answer" };
}
