import {
  clip,
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readBareStatus,
  readUnanswered,
} from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";

const THROTTLE_MS = 1000;

export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const answer = readAnswer(response.body);
  // Nothing is said about calls that end in a server error, and a repeat may be a second message.
  if (response.status >= 500) return { status: "unknown", code: `http_${response.status}` };
  if (!answer) return readBareStatus(response.status, THROTTLE_MS);
  if (answer.code === "0") return { status: "accepted" };
  const detail = answer.message ? { detail: answer.message } : {};
  return { ...readRefusal(answer.code), code: answer.code, ...detail };
}

export interface Answer {
  code: string;
  message: string;
  fields: Record<string, unknown>;
}

/** The gateway's own code, which says only that the word stands in `sub_code`. */
const GATEWAY_CODE = 88;

/** Reads the vendor's answer: `{errcode, errmsg}` and what belongs to the call. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !Number.isSafeInteger(fields.errcode)) return undefined;
  const { errcode, errmsg, sub_code: subCode, sub_msg: subMessage } = fields;
  const isGateway = errcode === GATEWAY_CODE && typeof subCode === "string" && subCode !== "";
  const message = isGateway && typeof subMessage === "string" ? subMessage : errmsg;
  return {
    code: isGateway ? clip(subCode, 64) : String(errcode),
    message: typeof message === "string" ? clip(message, 500) : "",
    fields,
  };
}
