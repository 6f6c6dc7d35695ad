import type { Inbox } from "@tidings/sdk/testing";
import type { SimulatedSms } from "./account.ts";
import { serviceAnswer, type VendorAnswer } from "./answers.ts";
import { writeBeijingTime } from "./receipts.ts";

const MAX_PAGE_SIZE = 50;
const KNOWN_DAYS = 30;
const DAY_MS = 86_400_000;
/** How long a phone takes to report; until then the vendor waits for the carrier. */
const CARRIER_MS = 50;

const WAITING = 1;
const FAILED = 2;
const DELIVERED = 3;

/**
 * What one number got on one day (in Beijing), newest first, page by page; with a BizId, of one call only.
 * https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-querysenddetails
 */
export function querySendDetails(
  inbox: Inbox<SimulatedSms>,
  params: URLSearchParams,
  now: number,
): VendorAnswer {
  const number = params.get("PhoneNumber") ?? "";
  const day = params.get("SendDate") ?? "";
  const size = Number(params.get("PageSize"));
  const page = Number(params.get("CurrentPage"));
  if (!/^(\+?86)?1\d{10}$/.test(number)) return refuse("isv.MOBILE_NUMBER_ILLEGAL");
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) return refuse("isv.INVALID_PARAMETERS");
  if (!Number.isInteger(page) || page < 1 || !isKnownDay(day, now)) return refuse("isv.INVALID_PARAMETERS");
  const bizId = params.get("BizId");
  const own = inbox.messages
    .filter((sms) => sms.number === number.slice(-11) && dayOf(sms.at) === day)
    .filter((sms) => !bizId || sms.bizId === bizId)
    .reverse();
  return serviceAnswer("OK", "OK", {
    TotalCount: String(own.length),
    SmsSendDetailDTOs: {
      SmsSendDetailDTO: own.slice((page - 1) * size, page * size).map((sms) => toDetail(sms, now)),
    },
  });
}

const refuse = (code: string) => serviceAnswer(code, `模拟器拒绝：${code}`);

const dayOf = (at: number) => writeBeijingTime(at).slice(0, 10).replaceAll("-", "");

function isKnownDay(day: string, now: number): boolean {
  const oldest = dayOf(now - KNOWN_DAYS * DAY_MS);
  return /^\d{8}$/.test(day) && day >= oldest && day <= dayOf(now);
}

function toDetail(sms: SimulatedSms, now: number) {
  const status = statusOf(sms, now);
  const code = { [DELIVERED]: "DELIVERED", [FAILED]: sms.fault.code }[status];
  return {
    PhoneNum: sms.number,
    SendStatus: status,
    TemplateCode: sms.templateCode,
    Content: sms.text,
    SendDate: writeBeijingTime(sms.at),
    OutId: sms.outId,
    ...(code && { ErrCode: code, ReceiveDate: writeBeijingTime(sms.at + CARRIER_MS) }),
  };
}

function statusOf({ report, at }: SimulatedSms, now: number): number {
  if (report === "none" || now < at + CARRIER_MS) return WAITING;
  return report === "delivered" ? DELIVERED : FAILED;
}
