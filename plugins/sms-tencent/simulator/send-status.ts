import type { Inbox } from "@tidings/sdk/testing";
import type { Account, SimulatedSms } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";

const MAX_REPORTS = 100;
const KNOWN_SECONDS = 7 * 86_400;
/** How long a phone takes to report. */
const CARRIER_MS = 50;

/**
 * What carriers have reported of one number, the newest first; what they have not reported is not in it.
 * https://cloud.tencent.com/document/api/382/55976
 */
export function pullSendStatus(
  account: Account,
  inbox: Inbox<SimulatedSms>,
  fields: Record<string, unknown>,
  { now, echoesSession }: { now: number; echoesSession: boolean },
): VendorAnswer {
  const { BeginTime: begin, EndTime: end = Math.ceil(now / 1000), Offset: offset, Limit: limit } = fields;
  const refused = findFault(account, fields, now);
  if (refused) return refusal(refused);
  const reported = inbox.messages
    .filter((sms) => sms.to === fields.PhoneNumber && sms.report !== "none" && now >= sms.at + CARRIER_MS)
    .filter(({ at }) => at / 1000 >= Number(begin) && at / 1000 <= Number(end))
    .reverse()
    .slice(Number(offset), Number(limit));
  return answer({ PullSmsSendStatusSet: reported.map((sms) => toStatus(sms, echoesSession)) });
}

function findFault(account: Account, fields: Record<string, unknown>, now: number): string | undefined {
  const { BeginTime: begin, Offset: offset, Limit: limit } = fields;
  if (fields.SmsSdkAppId !== account.sdkAppId) return "UnauthorizedOperation.SmsSdkAppIdVerifyFail";
  if (!isWhole(begin) || begin < now / 1000 - KNOWN_SECONDS || begin > now / 1000) {
    return "InvalidParameterValue.BeginTimeVerifyFail";
  }
  if (offset !== 0) return "InvalidParameterValue.OffsetVerifyFail";
  if (!isWhole(limit) || limit < 1 || limit > MAX_REPORTS) return "InvalidParameterValue.LimitVerifyFail";
  return /^\+\d{8,16}$/.test(String(fields.PhoneNumber))
    ? undefined
    : "InvalidParameterValue.IncorrectPhoneNumber";
}

const isWhole = (value: unknown): value is number => Number.isInteger(value);

function toStatus(sms: SimulatedSms, echoesSession: boolean) {
  return {
    UserReceiveTime: Math.floor((sms.at + CARRIER_MS) / 1000),
    CountryCode: sms.countryCode,
    SubscriberNumber: sms.number,
    PhoneNumber: sms.to,
    SerialNo: sms.serialNo,
    ReportStatus: sms.report === "delivered" ? "SUCCESS" : "FAIL",
    Description: sms.word.code,
    SessionContext: echoesSession ? sms.session : null,
  };
}
