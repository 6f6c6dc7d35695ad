import {
  type FollowUpInput,
  isRecord,
  type PlannedResponse,
  parseJson,
  type RecallOutput,
  type RecallResult,
  readUnanswered,
  reasonOf,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { post } from "./plan.ts";
import { quote } from "./text.ts";

/** A signed event for each message; the receiver knows a repeat by its id. */
export function recall({ messages, settings, now }: FollowUpInput): RecallOutput {
  const url = String(settings.url);
  const timestamp = new Date(now).toISOString();
  return {
    requests: messages.map(({ ref, address }) => ({
      ...post(url, `recall_${ref}`, { type: "message.recalled", id: ref, to: address, timestamp }),
      id: ref,
      refs: [ref],
    })),
  };
}

type Said = Omit<RecallResult, "ref">;

export function settleRecall(responses: PlannedResponse[]): SettleOutput {
  const recalls = responses.flatMap((response) => {
    const said = readAnswer(response);
    return response.refs.map((ref) => ({ ref, ...said }));
  });
  return { results: [], recalls };
}

/** Worth another question: nothing was said about the message. */
const NO_ANSWER = new Set([408, 425, 429]);

function readAnswer(response: PlannedResponse): Said {
  if ("error" in response) return { status: "unanswered", ...reasonOf(readUnanswered(response)) };
  const { status, body } = response;
  if (status >= 200 && status < 300) return isConfirmed(body) ? { status: "recalled" } : NOT_CONFIRMED;
  const said = { code: `http_${status}`, ...(body && { detail: quote(body) }) };
  if (status === 409) return { status: "too_late", ...said };
  return { status: NO_ANSWER.has(status) || status >= 500 ? "unanswered" : "failed", ...said };
}

// A receiver ignores types that it does not know, and answers 2xx: that takes nothing back.
const NOT_CONFIRMED: Said = { status: "failed", code: "not_confirmed" };

function isConfirmed(body: string): boolean {
  const answer = parseJson(body);
  return isRecord(answer) && answer.recalled === true;
}
