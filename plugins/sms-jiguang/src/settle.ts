import {
  isRecord,
  type Outcome,
  type PlannedRequest,
  type PlannedResponse,
  parseJson,
  type SendResult,
  type SettleInput,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { readError, readOutcome } from "./outcome.ts";
import { planCall, type SentCall } from "./plan.ts";
import { settleSync } from "./sync.ts";
import { readDigits } from "./text.ts";
import { readVerification } from "./verify.ts";

/** The template is of a type that this call does not send. */
const WRONG_TYPE = "50025";

export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input.responses) };
  if (input.op === "sync") return settleSync(input);
  const settled = input.responses.map((response) => settleCall(response, input.settings));
  return {
    results: settled.flatMap(({ results }) => results),
    requests: settled.flatMap(({ requests }) => requests),
  };
}

/** What a batch does not send because of the template's type, nothing of which went out, is sent singly. */
function settleCall(
  response: PlannedResponse,
  settings: SettleInput["settings"],
): { results: SendResult[]; requests: PlannedRequest[] } {
  const { common = {}, recipients = [] } = (response.context ?? {}) as Partial<SentCall>;
  const results = readResults(
    response,
    recipients.map(({ mobile }) => mobile),
  );
  if (recipients.length < 2) return { results, requests: [] };
  const requests = results.flatMap(({ ref, code }, index) => {
    const recipient = recipients[index];
    if (code !== WRONG_TYPE || !recipient) return [];
    return planCall(
      { id: `${response.id}.${index + 1}`, refs: [ref] },
      { common, recipients: [recipient] },
      settings,
    );
  });
  return { results: results.filter(({ code }) => code !== WRONG_TYPE), requests };
}

/** A refused call sent nothing. Of a batch that was taken each number is answered by itself, in any order. */
function readResults(response: PlannedResponse, numbers: string[]): SendResult[] {
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return response.refs.map((ref) => ({ ref, ...outcome }));
  const answer = "body" in response ? parseJson(response.body) : undefined;
  const fields = isRecord(answer) ? answer : {};
  if (response.refs.length === 1) return response.refs.map((ref) => ({ ref, ...readRecipient(fields) }));
  const recipients = Array.isArray(fields.recipients) ? fields.recipients.filter(isRecord) : [];
  const byNumber = new Map(recipients.map((recipient) => [recipient.mobile, recipient]));
  return response.refs.map((ref, index) => ({ ref, ...readRecipient(byNumber.get(numbers[index]) ?? {}) }));
}

/** A number that was refused has an id as well. */
function readRecipient({
  msg_id: id,
  error_code: code,
  error_message: message,
}: Record<string, unknown>): Outcome {
  if (code !== undefined && code !== null) return readError(code, message);
  const vendorId = readDigits(id);
  return vendorId ? { status: "accepted", vendorId } : { status: "unknown", code: "unreadable_answer" };
}
