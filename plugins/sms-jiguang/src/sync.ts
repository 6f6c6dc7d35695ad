import {
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  parseJson,
  type ReviewState,
  readText,
  type SettleInput,
  type SettleOutput,
  type SyncInput,
  type SyncOutput,
  type VendorTemplate,
  type VendorTemplateKind,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { readOutcome } from "./outcome.ts";

/** What travels with a request: which signature or template it asks about. */
type Question = { kind: VendorTemplateKind; code: string };

/** The vendor has neither a list of signatures nor one of templates, and answers for one ID at a time. */
const KINDS = {
  /** https://docs.jiguang.cn/jsms/server/rest_api_jsms_sign */
  signature: { path: "/v1/sign", text: "sign", absent: "50102" },
  /** https://docs.jiguang.cn/jsms/server/rest_api_jsms_templates */
  template: { path: "/v1/templates", text: "template", absent: "50013" },
};

/** Asks about the signature of the settings, and about each template that the tenant's own templates name. */
export function syncTemplates({ settings, named }: SyncInput): SyncOutput {
  const templates = named.filter((code) => /^[1-9]\d{0,14}$/.test(code));
  const questions: Question[] = [
    ...(settings.signId ? [{ kind: "signature" as const, code: String(settings.signId) }] : []),
    ...templates.map((code) => ({ kind: "template" as const, code })),
  ];
  return { requests: questions.map((question) => toRequest(question, settings)) };
}

function toRequest(question: Question, settings: SyncInput["settings"]): PlannedRequest {
  const { kind, code } = question;
  const call = apiCall(settings, `${KINDS[kind].path}/${code}`);
  return { id: `${kind}.${code}`, refs: [], ...call, context: question };
}

export function settleSync({ responses }: SettleInput): SettleOutput {
  const read = responses.map(readReview);
  const failed = read.find((one) => "failure" in one);
  if (failed) return { results: [], sync: { templates: [], failure: failed.failure } };
  return { results: [], sync: { templates: read.filter((one) => "code" in one) } };
}

type Failure = { failure: { code: string; detail?: string } };

function readReview(response: PlannedResponse): VendorTemplate | Failure {
  const { kind, code } = response.context as Question;
  const outcome = readOutcome(response);
  const detail = outcome.detail && { reason: outcome.detail };
  // That there is none of this ID is an answer like others: it may be used as little as a refused one.
  if (outcome.code === KINDS[kind].absent) return { kind, code, name: code, state: "rejected", ...detail };
  const fields = outcome.status === "accepted" && "body" in response ? parseJson(response.body) : undefined;
  const text = isRecord(fields) ? readText(fields[KINDS[kind].text], 2_000) : "";
  if (!isRecord(fields) || !text || !Number.isInteger(fields.status)) {
    const reason = outcome.detail && { detail: outcome.detail };
    return { failure: { code: outcome.code ?? "unreadable_answer", ...reason } };
  }
  const state = STATES.get(fields.status) ?? "pending";
  return kind === "signature"
    ? { kind, code, name: text, state }
    : { kind, code, name: readText(fields.remark, 200) || code, text, state };
}

/** 0 is under review. The vendor tells the reason of a refusal in its console only. */
const STATES = new Map<unknown, ReviewState>([
  [1, "approved"],
  [2, "rejected"],
]);
