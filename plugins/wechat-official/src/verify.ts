import {
  isRecord,
  type PlannedResponse,
  parseJson,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { call, readOutcome } from "@tidings/wechat";

/**
 * Lists the account's templates: it proves the account, its secret, its rights and the allowed address at once.
 * https://developers.weixin.qq.com/doc/service/api/notify/template/api_getalltemplates
 */
export function verify({ settings }: VerifyInput): VerifyOutput {
  return {
    requests: [{ id: "templates", refs: [], ...call(settings, "cgi-bin/template/get_all_private_template") }],
  };
}

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  if ("body" in response && response.status < 300 && isList(response.body)) return { ok: true };
  const { status, code = "unreadable_answer", detail } = readOutcome(response);
  if (status === "accepted") return { ok: false, code: "unreadable_answer" };
  return { ok: false, code, ...(detail && { detail }) };
}

/** A success is the list alone, without a code. */
function isList(body: string): boolean {
  const answer = parseJson(body);
  return isRecord(answer) && Array.isArray(answer.template_list);
}
