import {
  isRecord,
  type Outcome,
  type PlannedResponse,
  readText,
  type SendResult,
  type SettleInput,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { readAnswer, readError, readOutcome } from "./outcome.ts";
import type { SentNumbers } from "./plan.ts";
import { settleQuery } from "./query.ts";
import { settleSync } from "./sync.ts";
import { readVerification } from "./verify.ts";

export function settle(input: SettleInput): SettleOutput {
  if (input.op === "verify") return { results: [], verification: readVerification(input.responses) };
  if (input.op === "query") return settleQuery(input);
  if (input.op === "sync") return settleSync(input);
  return { results: input.responses.flatMap(readResults) };
}

/** A refused call sent nothing. Of a call that was taken each number is answered by itself, in any order. */
function readResults(response: PlannedResponse): SendResult[] {
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return response.refs.map((ref) => ({ ref, ...outcome }));
  const { numbers = [] } = (response.context ?? {}) as Partial<SentNumbers>;
  const statuses = "body" in response ? statusesByNumber(response.body) : new Map();
  return response.refs.map((ref, index) => ({ ref, ...readStatus(statuses.get(numbers[index])) }));
}

function statusesByNumber(body: string): Map<unknown, Record<string, unknown>> {
  const set = readAnswer(body)?.SendStatusSet;
  const statuses = Array.isArray(set) ? set.filter(isRecord) : [];
  return new Map(statuses.map((status) => [status.PhoneNumber, status]));
}

function readStatus(status: Record<string, unknown> | undefined): Outcome {
  if (!status) return { status: "unknown", code: "unreadable_answer" };
  if (status.Code !== "Ok") return readError(status);
  const vendorId = readText(status.SerialNo, 128);
  const units = Number.isInteger(status.Fee) ? Number(status.Fee) : undefined;
  return { status: "accepted", ...(vendorId && { vendorId }), ...(units !== undefined && { units }) };
}
