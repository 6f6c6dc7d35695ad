import {
  clip,
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  type ReviewState,
  type SettleInput,
  type SettleOutput,
  type SyncOutput,
  toNumber,
  type VendorTemplate,
  type VerifyInput,
} from "@tidings/sdk/plugin";
import { rpc } from "./calls.ts";
import { type Answer, readAnswer, readOutcome } from "./outcome.ts";

/** The most the vendor gives at once. */
const PAGE_SIZE = 50;
/** 1,000 signatures and as many templates; an account with more keeps its oldest to itself. */
const MAX_PAGES = 20;

/** What travels with a request: which page of which list it asks for. */
type Question = { list: "signs" | "templates"; page: number };

const LISTS = {
  /** https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-querysmssignlist */
  signs: { action: "QuerySmsSignList", field: "SmsSignList", read: readSign },
  /** https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-querysmstemplatelist */
  templates: { action: "QuerySmsTemplateList", field: "SmsTemplateList", read: readTemplate },
};

/** Asks for the first page of both lists; how many more there are stands in it. */
export function syncTemplates({ settings }: VerifyInput): SyncOutput {
  return {
    requests: [
      toRequest({ list: "signs", page: 1 }, settings),
      toRequest({ list: "templates", page: 1 }, settings),
    ],
  };
}

function toRequest(question: Question, settings: SettleInput["settings"]): PlannedRequest {
  const request = rpc(settings, LISTS[question.list].action, {
    PageIndex: String(question.page),
    PageSize: String(PAGE_SIZE),
  });
  return { id: `${question.list}.${question.page}`, refs: [], ...request, context: question };
}

export function settleSync({ responses, settings }: SettleInput): SettleOutput {
  const pages = responses.map(readPage);
  const failed = pages.find((page) => "failure" in page);
  if (failed) return { results: [], sync: { templates: [], failure: failed.failure } };
  const read = pages.filter((page) => "templates" in page);
  return {
    results: [],
    sync: { templates: read.flatMap(({ templates }) => templates) },
    requests: read.flatMap(({ further }) => further).map((question) => toRequest(question, settings)),
  };
}

type Page =
  | { templates: VendorTemplate[]; further: Question[] }
  | { failure: { code: string; detail?: string } };

function readPage(response: PlannedResponse): Page {
  const { status, code, detail } = readOutcome(response);
  const answer = status === "accepted" && "body" in response ? readAnswer(response.body) : undefined;
  const question = response.context as Question | undefined;
  const items = answer && question ? answer.fields[LISTS[question.list].field] : undefined;
  if (!answer || !question || !Array.isArray(items)) {
    return { failure: { code: code ?? "unreadable_answer", ...(detail && { detail }) } };
  }
  const { read } = LISTS[question.list];
  return {
    templates: items.filter(isRecord).flatMap((item) => read(item) ?? []),
    further: furtherPages(question, answer),
  };
}

/** The pages that a first page leaves out. */
function furtherPages(question: Question, { fields }: Answer): Question[] {
  const total = toNumber(fields.TotalCount);
  if (question.page !== 1 || !Number.isInteger(total)) return [];
  const last = Math.min(Math.ceil(total / PAGE_SIZE), MAX_PAGES);
  return Array.from({ length: Math.max(0, last - 1) }, (_, index) => ({ ...question, page: index + 2 }));
}

/** A signature has no other code than its name. */
function readSign(item: Record<string, unknown>): VendorTemplate | undefined {
  const name = textOf(item.SignName, 100);
  return name ? { kind: "signature", code: name, name, ...reviewOf(item) } : undefined;
}

function readTemplate(item: Record<string, unknown>): VendorTemplate | undefined {
  const code = textOf(item.TemplateCode, 100);
  if (!code) return undefined;
  const text = textOf(item.TemplateContent, 2_000);
  const name = textOf(item.TemplateName, 200) || code;
  return { kind: "template", code, name, ...(text && { text }), ...reviewOf(item) };
}

/** Cancelled ones, which the vendor spells in two ways, are as little to be used as refused ones. */
const STATES = new Map<unknown, ReviewState>([
  ["AUDIT_STATE_PASS", "approved"],
  ["AUDIT_STATE_NOT_PASS", "rejected"],
  ["AUDIT_STATE_CANCEL", "rejected"],
  ["AUDIT_SATE_CANCEL", "rejected"],
]);

function reviewOf({
  AuditStatus,
  Reason,
}: Record<string, unknown>): Pick<VendorTemplate, "state" | "reason"> {
  const state = STATES.get(AuditStatus) ?? "pending";
  const info = isRecord(Reason) ? [Reason.RejectInfo, Reason.RejectSubInfo] : [];
  const reason = clip(info.filter((part) => typeof part === "string" && part !== "").join("；"), 500);
  return { state, ...(state === "rejected" && reason && { reason }) };
}

const textOf = (value: unknown, maxLength: number) =>
  typeof value === "string" ? clip(value, maxLength).trim() : "";
