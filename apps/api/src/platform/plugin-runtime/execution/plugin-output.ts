import {
  type PlannedRequest,
  type PlanOutput,
  SEND_STATUSES,
  type SendResult,
  type Verification,
} from "@tidings/sdk/plugin";
import { PluginFault } from "./plugin-fault.ts";
import { isVerification } from "./verification.ts";

/*
 * What a plugin returns is data of unknown origin: its types are a promise, these are the checks. A plan that
 * cannot be read fails as a whole, before anything is sent; results are judged one by one.
 */

/** Requests of one round: two for each message of the largest batch. */
const MAX_REQUESTS = 4_000;
const METHODS = ["GET", "POST", "PUT", "DELETE"];

type Loose = Record<string, unknown>;

export const isRecord = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === "string";

const isOptionalText = (value: unknown) => value === undefined || isText(value);

export function readPlan(output: unknown): Required<PlanOutput> {
  if (!isRecord(output)) throw new PluginFault("plan returned no object");
  return { requests: readRequests(output.requests), results: readList(output.results) as SendResult[] };
}

/** What a round of `settle` said; each list still has to be judged one by one. */
export interface Settlement {
  requests: PlannedRequest[];
  results: unknown[];
  answers: unknown[];
  recalls: unknown[];
  verification: Verification | undefined;
  sync: unknown;
}

export function readSettlement(output: unknown): Settlement {
  if (!isRecord(output)) throw new PluginFault("settle returned no object");
  return {
    requests: readRequests(output.requests ?? []),
    results: readList(output.results),
    answers: readList(output.answers),
    recalls: readList(output.recalls),
    verification: isVerification(output.verification) ? output.verification : undefined,
    sync: output.sync,
  };
}

/** What `verify` planned, and what it said without asking. */
export function readVerifyPlan(output: unknown) {
  if (!isRecord(output)) throw new PluginFault("verify returned no object");
  const { verification } = output;
  return {
    requests: readRequests(output.requests),
    verification: isVerification(verification) ? verification : undefined,
  };
}

/** What `query` or `recall` planned, and what it said without asking. */
export function readFollowUp(output: unknown, said: "answers" | "recalls") {
  if (!isRecord(output)) throw new PluginFault("no object was returned");
  return { requests: readRequests(output.requests), said: readList(output[said]) };
}

export function readList(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new PluginFault("a list is no array");
  return value;
}

export function readRequests(value: unknown): PlannedRequest[] {
  if (!Array.isArray(value)) throw new PluginFault("requests is no array");
  if (value.length > MAX_REQUESTS) throw new PluginFault(`asked for more than ${MAX_REQUESTS} requests`);
  const broken = value.findIndex((request) => !isRequest(request));
  if (broken >= 0) throw new PluginFault(`request ${broken} is malformed`);
  return value;
}

function isRequest(value: unknown): value is PlannedRequest {
  if (!isRecord(value)) return false;
  const { id, refs, method, url, headers, body, auth, idempotencyKey } = value;
  return (
    [id, method, url].every(isText) &&
    METHODS.includes(String(method)) &&
    Array.isArray(refs) &&
    refs.every(isText) &&
    [body, auth, idempotencyKey].every(isOptionalText) &&
    (headers === undefined || isTextRecord(headers))
  );
}

export const isTextRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every(isText);

export function isSendResult(value: unknown): value is SendResult {
  return isRecord(value) && isText(value.ref) && (SEND_STATUSES as readonly unknown[]).includes(value.status);
}
