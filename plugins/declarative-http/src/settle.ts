import {
  clip,
  type Json,
  type Outcome,
  type PlannedResponse,
  readRetryAfter,
  readUnanswered,
  reasonOf,
  type SendResult,
  type SettleInput,
  type SettleOutput,
  type Verification,
} from "@tidings/sdk/plugin";
import { readOutcome, type Said } from "./answer.ts";
import { type Description, describe } from "./description.ts";
import { parseJson, textAt, valueAt } from "./json.ts";
import { isStatusIn } from "./statuses.ts";
import { quote } from "./text.ts";

const MAX_ID_LENGTH = 128;

export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input.responses) };
  const description = describe(input.settings);
  return { results: input.responses.flatMap((response) => readResponse(response, description, input.now)) };
}

function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "ambiguous" };
  if ("error" in response) return { ok: false, ...reasonOf(readUnanswered(response)) };
  const { status, body } = response;
  return isStatusIn("200-299", status)
    ? { ok: true }
    : { ok: false, code: `http_${status}`, ...(body && { detail: quote(body) }) };
}

function readResponse(response: PlannedResponse, description: Description, now: number): SendResult[] {
  const unsure = description.idempotencyHeader === undefined ? "unknown" : "transient";
  if ("error" in response) {
    const outcome = readUnanswered(response);
    return forAll(response.refs, outcome.status === "unknown" ? { ...outcome, status: unsure } : outcome);
  }
  const { refs, status: httpStatus, body } = response;
  const said: Said = {
    httpStatus,
    json: parseJson(body),
    body,
    retryAfterMs: readRetryAfter(response.headers["retry-after"], now),
    unsure,
  };
  const { answer } = description;
  if (answer.resultsAt !== undefined && isStatusIn(answer.successStatuses, httpStatus)) {
    return readResults(refs, said, description);
  }
  const outcome = readOutcome(said, answer);
  return forAll(
    refs,
    outcome.status === "accepted" ? { ...outcome, ...idIn(said.json, description) } : outcome,
  );
}

/** A list of results, one for each message of the call and in their order. */
function readResults(refs: string[], said: Said, description: Description): SendResult[] {
  const { answer } = description;
  const list = valueAt(said.json, answer.resultsAt ?? "");
  if (!Array.isArray(list)) return forAll(refs, refusedAsAWhole(said, description));
  if (list.length !== refs.length) {
    return forAll(refs, { status: "unknown", code: "results_mismatch", detail: quote(said.body) });
  }
  return refs.map((ref, index) => {
    const json = list[index] as Json;
    const outcome = readOutcome({ ...said, json, body: JSON.stringify(json) }, answer);
    const vendorId = outcome.status === "accepted" ? textAt(json, answer.messageId) : undefined;
    return { ref, ...outcome, ...(vendorId && { vendorId: clip(vendorId, MAX_ID_LENGTH) }) };
  });
}

/** Without results the call may have been refused, in the words of the description; else nothing can be told. */
function refusedAsAWhole(said: Said, { answer }: Description): Outcome {
  const outcome = readOutcome(said, answer);
  return outcome.status === "accepted"
    ? { status: said.unsure, code: "results_mismatch", detail: quote(said.body) }
    : outcome;
}

function idIn(json: Json | undefined, { answer, listAt }: Description): Partial<Outcome> {
  const id = clip(textAt(json, answer.messageId) ?? "", MAX_ID_LENGTH);
  if (id === "") return {};
  return listAt === undefined ? { vendorId: id } : { batchVendorId: id };
}

const forAll = (refs: string[], outcome: Outcome): SendResult[] => refs.map((ref) => ({ ref, ...outcome }));
