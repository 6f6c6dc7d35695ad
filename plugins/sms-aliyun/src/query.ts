import {
  BEIJING_OFFSET_MS,
  clip,
  type FollowUpInput,
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  type QueryAnswer,
  type QueryOutput,
  readBeijingTime,
  type SettleInput,
  type SettleOutput,
  toNumber,
  toWord,
} from "@tidings/sdk/plugin";
import { rpc } from "./calls.ts";
import { readNumber } from "./numbers.ts";
import { batchOutId, refOutId } from "./out-id.ts";
import { type Answer, readAnswer, readOutcome } from "./outcome.ts";

/** The most the vendor gives at once. */
const PAGE_SIZE = 50;
/** Beyond this a number got more messages in one day than the vendor lets through. */
const MAX_PAGES = 20;
/** A call may reach the vendor this long after its batch was begun, and then on the next day. */
const LATEST_MS = 2 * 60_000;

/** What travels with a request: whom it asks about, and by which names the message may have gone out. */
type Question = { number: string; day: string; page: number; outIds: string[] };

/**
 * Asks for the messages that a number got on the day of the sending: one call a number, since the vendor takes one.
 * https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-querysenddetails
 */
export function query({ messages, settings }: FollowUpInput): QueryOutput {
  const requests: PlannedRequest[] = [];
  const answers: QueryAnswer[] = [];
  for (const { ref, batchRef, address, sentAt } of messages) {
    const to = readNumber(address);
    if (!to) answers.push({ ref, status: "not_found" });
    else {
      const outIds = [refOutId(ref), batchOutId(batchRef, to.form)];
      for (const day of daysOf(sentAt)) {
        requests.push(toRequest(ref, { number: to.number, day, page: 1, outIds }, settings));
      }
    }
  }
  return { requests, answers };
}

/** The day in Beijing, and the next one when the call may have reached the vendor behind midnight. */
function daysOf(sentAt: number): string[] {
  const dayOf = (at: number) =>
    new Date(at + BEIJING_OFFSET_MS).toISOString().slice(0, 10).replaceAll("-", "");
  return [...new Set([dayOf(sentAt), dayOf(sentAt + LATEST_MS)])];
}

function toRequest(ref: string, question: Question, settings: SettleInput["settings"]): PlannedRequest {
  const request = rpc(settings, "QuerySendDetails", {
    PhoneNumber: question.number,
    SendDate: question.day,
    PageSize: String(PAGE_SIZE),
    CurrentPage: String(question.page),
  });
  return { id: `${ref}.${question.day}.${question.page}`, refs: [ref], ...request, context: question };
}

/**
 * A message is found when one of the answers names it. It was never got only if every page of every day was read and
 * none did; so pages behind the first are asked for in a further round.
 */
export function settleQuery({ responses, settings }: SettleInput): SettleOutput {
  const answers: QueryAnswer[] = [];
  const requests: PlannedRequest[] = [];
  for (const [ref, own] of byRef(responses)) {
    const readings = own.map(readDetails);
    const found = readings.find((reading) => "status" in reading && reading.status !== "unanswered");
    const open = readings.find((reading) => "status" in reading);
    const further = own.flatMap((response) => furtherPages(response));
    if (found && "status" in found) answers.push({ ref, ...found });
    else if (open && "status" in open) answers.push({ ref, ...open });
    else if (further.length > 0) requests.push(...further.map((one) => toRequest(ref, one, settings)));
    else answers.push({ ref, status: "not_found" });
  }
  return { results: [], answers, requests };
}

function byRef(responses: PlannedResponse[]): Map<string, PlannedResponse[]> {
  const grouped = new Map<string, PlannedResponse[]>();
  for (const response of responses) {
    const ref = response.refs[0] ?? "";
    grouped.set(ref, [...(grouped.get(ref) ?? []), response]);
  }
  return grouped;
}

type Reading = Omit<QueryAnswer, "ref"> | { absent: true };

function readDetails(response: PlannedResponse): Reading {
  const { status, code, detail } = readOutcome(response);
  const answer = status === "accepted" && "body" in response ? readAnswer(response.body) : undefined;
  const details = answer && listDetails(answer);
  if (!details) {
    return { status: "unanswered", code: code ?? "unreadable_answer", ...(detail && { detail }) };
  }
  const { outIds = [] } = (response.context ?? {}) as Partial<Question>;
  const own = details.find(({ OutId }) => typeof OutId === "string" && outIds.includes(OutId));
  if (own) return readStatus(own);
  return pageCountOf(answer) > MAX_PAGES
    ? { status: "unanswered", code: "too_many_messages" }
    : { absent: true };
}

/** The pages that a first page leaves out. */
function furtherPages(response: PlannedResponse): Question[] {
  const question = response.context as Question | undefined;
  const answer = "body" in response ? readAnswer(response.body) : undefined;
  if (!question || !answer || question.page !== 1) return [];
  const last = pageCountOf(answer);
  return Array.from({ length: Math.max(0, last - 1) }, (_, index) => ({ ...question, page: index + 2 }));
}

function pageCountOf({ fields }: Answer): number {
  const total = toNumber(fields.TotalCount);
  return Number.isInteger(total) && total >= 0 ? Math.ceil(total / PAGE_SIZE) : 1;
}

function listDetails({ fields }: Answer): Record<string, unknown>[] | undefined {
  const list = isRecord(fields.SmsSendDetailDTOs) ? fields.SmsSendDetailDTOs.SmsSendDetailDTO : undefined;
  return Array.isArray(list) && Number.isInteger(toNumber(fields.TotalCount))
    ? list.filter(isRecord)
    : undefined;
}

const WAITING = 1;
const FAILED = 2;
const DELIVERED = 3;

function readStatus(detail: Record<string, unknown>): Reading {
  const code = typeof detail.ErrCode === "string" ? clip(detail.ErrCode, 64) : "";
  const sentAt = readBeijingTime(toWord(detail.SendDate));
  const at = readBeijingTime(toWord(detail.ReceiveDate)) ?? sentAt;
  switch (toNumber(detail.SendStatus)) {
    case WAITING:
      return { status: "accepted", ...(sentAt !== undefined && { at: sentAt }) };
    case FAILED:
      return { status: "undelivered", ...(at !== undefined && { at }), ...(code && { code }) };
    case DELIVERED:
      return { status: "delivered", ...(at !== undefined && { at }) };
    default:
      return { status: "unanswered", code: "unreadable_answer" };
  }
}
