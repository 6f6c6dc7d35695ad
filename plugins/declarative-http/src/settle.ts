import type {
  Json,
  PlannedResponse,
  SendResult,
  SettleInput,
  SettleOutput,
  Verification,
} from "@tidings/sdk/plugin";
import { type Outcome, readOutcome, type Said } from "./answer.ts";
import { type Description, describe } from "./description.ts";
import { parseJson, textAt, valueAt } from "./json.ts";
import { isStatusIn } from "./statuses.ts";
import { clip, clipCode } from "./text.ts";

const LONGEST_WAIT_SECONDS = 86_400;
const MAX_ID_LENGTH = 128;

export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input.responses) };
  const description = describe(input.settings);
  return { results: input.responses.flatMap((response) => readResponse(response, description)) };
}

function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "ambiguous" };
  if ("error" in response) return { ok: false, ...transportOutcome(response) };
  const { status, body } = response;
  return isStatusIn("200-299", status)
    ? { ok: true }
    : { ok: false, code: `http_${status}`, ...(body && { detail: clip(body) }) };
}

function transportOutcome({ error, code, detail }: Extract<PlannedResponse, { error: string }>) {
  return { code: clipCode(code ?? error), detail: clip(detail) };
}

function readResponse(response: PlannedResponse, description: Description): SendResult[] {
  const unsure = description.idempotencyHeader === undefined ? "unknown" : "transient";
  if ("error" in response) {
    const status = ({ not_sent: "transient", blocked: "config", ambiguous: unsure } as const)[response.error];
    return forAll(response.refs, { status, ...transportOutcome(response) });
  }
  const { refs, status: httpStatus, body } = response;
  const said: Said = {
    httpStatus,
    json: parseJson(body),
    body,
    retryAfterMs: readRetryAfter(response.headers),
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
    return forAll(refs, { status: "unknown", code: "results_mismatch", detail: clip(said.body) });
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
    ? { status: said.unsure, code: "results_mismatch", detail: clip(said.body) }
    : outcome;
}

function idIn(json: Json | undefined, { answer, listAt }: Description): Partial<Outcome> {
  const id = clip(textAt(json, answer.messageId) ?? "", MAX_ID_LENGTH);
  if (id === "") return {};
  return listAt === undefined ? { vendorId: id } : { batchVendorId: id };
}

const forAll = (refs: string[], outcome: Outcome): SendResult[] => refs.map((ref) => ({ ref, ...outcome }));

function readRetryAfter(headers: Record<string, string>): number | undefined {
  const value = headers["retry-after"] ?? "";
  return /^\d{1,9}$/.test(value) ? Math.min(Number(value), LONGEST_WAIT_SECONDS) * 1000 : undefined;
}
