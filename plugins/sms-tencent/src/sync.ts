import {
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  type ReviewState,
  readText,
  type Settings,
  type SettleInput,
  type SettleOutput,
  type SyncOutput,
  toNumber,
  type VendorTemplate,
  type VerifyInput,
} from "@tidings/sdk/plugin";
import { accountCall } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";

/** The most the vendor gives at once. */
const PAGE_SIZE = 100;
/** 1,000 templates: the vendor does not say how many there are, so the pages behind a full first one are all asked for. */
const MAX_PAGES = 10;

/** What travels with a request: which list it asks for, and from where on. */
type Question = { list: "signs" | "templates"; offset: number };

/**
 * Asks for the first templates, and for the signature where its ID is known: signatures are given by ID only.
 * https://cloud.tencent.com/document/api/382/52067, https://cloud.tencent.com/document/api/382/55979
 */
export function syncTemplates({ settings }: VerifyInput): SyncOutput {
  const signs = settings.signId ? [toRequest({ list: "signs", offset: 0 }, settings)] : [];
  return { requests: [...signs, toRequest({ list: "templates", offset: 0 }, settings)] };
}

function toRequest(question: Question, settings: Settings): PlannedRequest {
  const { list, offset } = question;
  const International = settings.international === true ? 1 : 0;
  const call =
    list === "signs"
      ? accountCall(settings, "DescribeSmsSignList", { International, SignIdSet: [Number(settings.signId)] })
      : accountCall(settings, "DescribeSmsTemplateList", { International, Limit: PAGE_SIZE, Offset: offset });
  return { id: `${list}.${offset}`, refs: [], ...call, context: question };
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
  const question = response.context as Question | undefined;
  const answer = status === "accepted" && "body" in response ? readAnswer(response.body) : undefined;
  const items =
    question?.list === "signs" ? answer?.DescribeSignListStatusSet : answer?.DescribeTemplateStatusSet;
  if (!question || !Array.isArray(items)) {
    return { failure: { code: code ?? "unreadable_answer", ...(detail && { detail }) } };
  }
  const read = question.list === "signs" ? readSign : readTemplate;
  return {
    templates: items.filter(isRecord).flatMap((item) => read(item) ?? []),
    further: question.list === "templates" && items.length >= PAGE_SIZE ? furtherPages(question) : [],
  };
}

function furtherPages({ list, offset }: Question): Question[] {
  if (offset !== 0) return [];
  return Array.from({ length: MAX_PAGES - 1 }, (_, index) => ({ list, offset: (index + 1) * PAGE_SIZE }));
}

/** Messages name a signature by what it says. */
function readSign(item: Record<string, unknown>): VendorTemplate | undefined {
  const name = readText(item.SignName, 100);
  return name ? { kind: "signature", code: name, name, ...reviewOf(item) } : undefined;
}

function readTemplate(item: Record<string, unknown>): VendorTemplate | undefined {
  const id = toNumber(item.TemplateId);
  if (!Number.isSafeInteger(id) || id <= 0) return undefined;
  const code = String(id);
  const text = readText(item.TemplateContent, 2_000);
  const name = readText(item.TemplateName, 200) || code;
  return { kind: "template", code, name, ...(text && { text }), ...reviewOf(item) };
}

/** Anything else is on its way: in review, or approved and not in force yet. */
const STATES = new Map<unknown, ReviewState>([
  [0, "approved"],
  [-1, "rejected"],
]);

function reviewOf({
  StatusCode,
  ReviewReply,
}: Record<string, unknown>): Pick<VendorTemplate, "state" | "reason"> {
  const state = STATES.get(StatusCode) ?? "pending";
  const reason = readText(ReviewReply, 500);
  return { state, ...(state === "rejected" && reason && { reason }) };
}
