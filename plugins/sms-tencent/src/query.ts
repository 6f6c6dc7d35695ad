import {
  type FollowUpInput,
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  type QueryAnswer,
  type QueryOutput,
  readText,
  type SentMessage,
  type SettleInput,
  type SettleOutput,
  toNumber,
  toWord,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { readNumber } from "./numbers.ts";
import { readAnswer, readOutcome } from "./outcome.ts";
import { readReport } from "./report.ts";
import { batchSession, refSession } from "./session.ts";

/** The most the vendor gives for a number; there are no pages. */
const MAX_REPORTS = 100;
/** How far back the vendor looks, seconds; a minute less, because the question takes its time. */
const MAX_AGE_SECONDS = 7 * 86_400 - 60;
/** The vendor's clock may be behind ours. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What travels with a request: by which names the message may be known. */
type Question = { serialNo: string; sessions: string[] };

/**
 * Asks for the reports about a number since the message was sent: one call a number.
 * https://cloud.tencent.com/document/api/382/55976
 *
 * The vendor lists what carriers have reported, and nothing else. So a message that is not in the list may still be under
 * way, and is never called not found.
 */
export function query(input: FollowUpInput): QueryOutput {
  const requests: PlannedRequest[] = [];
  const answers: QueryAnswer[] = [];
  for (const message of input.messages) {
    const to = readNumber(message.address);
    if (to) requests.push(toRequest(message, to, input));
    else answers.push({ ref: message.ref, status: "unanswered", code: "invalid_e164_number" });
  }
  return { requests, answers };
}

function toRequest(
  { ref, batchRef, vendorId, sentAt }: SentMessage,
  { e164, form }: NonNullable<ReturnType<typeof readNumber>>,
  { settings, now }: FollowUpInput,
): PlannedRequest {
  const context: Question = {
    serialNo: vendorId ?? "",
    sessions: [refSession(ref), batchSession(batchRef, form)],
  };
  const sentSeconds = Math.floor(sentAt / 1000) - CLOCK_TOLERANCE_SECONDS;
  const call = apiCall(settings, "PullSmsSendStatusByPhoneNumber", {
    PhoneNumber: e164,
    BeginTime: Math.max(sentSeconds, Math.floor(now / 1000) - MAX_AGE_SECONDS),
    Offset: 0,
    Limit: MAX_REPORTS,
  });
  return { id: ref, refs: [ref], ...call, context };
}

export function settleQuery({ responses }: SettleInput): SettleOutput {
  const answers = responses.flatMap((response) =>
    response.refs.map((ref) => ({ ref, ...readReply(response) })),
  );
  return { results: [], answers };
}

function readReply(response: PlannedResponse): Omit<QueryAnswer, "ref"> {
  const { status, code, detail } = readOutcome(response);
  if (status !== "accepted") {
    return { status: "unanswered", ...(code && { code }), ...(detail && { detail }) };
  }
  const set = "body" in response ? readAnswer(response.body)?.PullSmsSendStatusSet : undefined;
  if (!Array.isArray(set)) return { status: "unanswered", code: "unreadable_answer" };
  const { serialNo = "", sessions = [] } = (response.context ?? {}) as Partial<Question>;
  const own = set
    .filter(isRecord)
    .find(
      ({ SerialNo, SessionContext }) =>
        (serialNo !== "" && SerialNo === serialNo) || sessions.includes(toWord(SessionContext)),
    );
  if (own) return readOwn(own);
  return { status: "unanswered", code: set.length < MAX_REPORTS ? "no_report" : "too_many_messages" };
}

function readOwn(fields: Record<string, unknown>): Omit<QueryAnswer, "ref"> {
  const report = readReport(fields.SerialNo, fields.ReportStatus);
  if (!report) return { status: "unanswered", code: "unreadable_answer" };
  const at = toNumber(fields.UserReceiveTime) * 1000;
  const code = readText(fields.Description, 64);
  return {
    status: report.type,
    eventId: report.eventId,
    ...(at > 0 && { at }),
    ...(report.type === "undelivered" && code && { code }),
  };
}
