import {
  isRecord,
  type Outcome,
  type PlannedResponse,
  parseJson,
  readBareStatus,
  readText,
  readUnanswered,
} from "@tidings/sdk/plugin";
import { readRefusal } from "./errors.ts";

const THROTTLE_MS = 1000;

export function readOutcome(response: PlannedResponse): Outcome {
  if ("error" in response) return readUnanswered(response);
  const answer = readAnswer(response.body);
  // Nothing is said about calls that end in a server error, and a repeat is a second message.
  if (response.status >= 500) return { status: "unknown", code: `http_${response.status}` };
  if (!answer) return readBareStatus(response.status, THROTTLE_MS);
  if (answer.code === 0) return { status: "accepted" };
  return { ...readRefusal(answer.code), code: String(answer.code), ...detailOf(answer) };
}

export interface Answer {
  code: number;
  message: string;
  fields: Record<string, unknown>;
}

/** Reads the vendor's answer: `{errcode, errmsg}` and what belongs to the call. */
export function readAnswer(body: string): Answer | undefined {
  const fields = parseJson(body);
  if (!isRecord(fields) || !Number.isSafeInteger(fields.errcode)) return undefined;
  return { code: Number(fields.errcode), message: readText(fields.errmsg, 500), fields };
}

function detailOf({ message }: Answer): { detail?: string } {
  return message ? { detail: message } : {};
}
