import { randomInt } from "node:crypto";
import type { Inbox } from "@tidings/sdk/testing";
import type { Account, ReportedFault, SimulatedSms } from "./account.ts";
import { gatewayError, serviceAnswer, type VendorAnswer } from "./answers.ts";
import { querySmsSignList, querySmsTemplateList } from "./reviews.ts";
import { querySendDetails } from "./send-details.ts";
import { renderTemplate } from "./templates.ts";

const SEND_SMS_LIMIT = 1000;
const SEND_BATCH_SMS_LIMIT = 100;
const OUT_ID_MAX_LENGTH = 255;

/** What a call asks for, one entry per number. */
interface Order {
  number: string;
  signName: string;
  params: string;
}

export interface Operation {
  answer: VendorAnswer;
  sent: SimulatedSms[];
}

/** Carries out one signed call; parameters come from the query and the form body alike. */
export function operate(
  {
    account,
    inbox,
    furtherTemplateCount,
  }: { account: Account; inbox: Inbox<SimulatedSms>; furtherTemplateCount: number },
  action: string,
  params: URLSearchParams,
  now: number,
): Operation {
  switch (action) {
    case "SendSms":
      return send(account, readSendSms(params), SEND_SMS_LIMIT, params, now);
    case "SendBatchSms":
      return send(account, readSendBatchSms(params), SEND_BATCH_SMS_LIMIT, params, now);
    case "GetSmsSign":
      return { answer: getSmsSign(account, params), sent: [] };
    case "QuerySmsSignList":
      return { answer: querySmsSignList(account, params), sent: [] };
    case "QuerySmsTemplateList":
      return { answer: querySmsTemplateList(furtherTemplateCount, params), sent: [] };
    case "QuerySendDetails":
      return { answer: querySendDetails(inbox, params, now), sent: [] };
    default:
      return {
        answer: gatewayError(404, "InvalidAction.NotFound", "Specified api is not found."),
        sent: [],
      };
  }
}

function getSmsSign(account: Account, params: URLSearchParams): VendorAnswer {
  const signName = params.get("SignName") ?? "";
  if (signName !== account.signName) return serviceAnswer("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不存在");
  return serviceAnswer("OK", "OK", { SignName: signName, SignStatus: 1, CreateDate: "2024-06-03 10:02:34" });
}

function readSendSms(params: URLSearchParams): Order[] {
  const signName = params.get("SignName") ?? "";
  const numbers = (params.get("PhoneNumbers") ?? "").split(",");
  return numbers.map((number) => ({ number, signName, params: params.get("TemplateParam") ?? "{}" }));
}

function readSendBatchSms(params: URLSearchParams): Order[] | undefined {
  const numbers = readJson(params.get("PhoneNumberJson"));
  const signNames = readJson(params.get("SignNameJson"));
  const templateParams = readJson(params.get("TemplateParamJson"));
  if (!Array.isArray(numbers) || !Array.isArray(signNames) || !Array.isArray(templateParams))
    return undefined;
  if (numbers.length !== signNames.length || numbers.length !== templateParams.length) return undefined;
  return numbers.map((number, index) => ({
    number: String(number),
    signName: String(signNames[index]),
    params: JSON.stringify(templateParams[index]),
  }));
}

// All or nothing, as at the vendor: the first fault refuses the whole call.
function send(
  account: Account,
  orders: Order[] | undefined,
  limit: number,
  params: URLSearchParams,
  now: number,
): Operation {
  const outId = params.get("OutId") ?? "";
  if (!orders || outId.length > OUT_ID_MAX_LENGTH) return refuse("isv.INVALID_PARAMETERS");
  if (orders.length > limit) return refuse("isv.MOBILE_COUNT_OVER_LIMIT");
  const bizId = `${randomInt(100_000, 999_999)}${now}^0`;
  const templateCode = params.get("TemplateCode") ?? "";
  const sent: SimulatedSms[] = [];
  for (const order of orders) {
    const text = composeText(account, order, templateCode);
    if (typeof text !== "string") return refuse(text.refusal);
    sent.push({ ...readReport(order.number), text, templateCode, outId, bizId, ...readRef(outId), at: now });
  }
  return { answer: serviceAnswer("OK", "OK", { BizId: bizId }), sent };
}

function refuse(code: string): Operation {
  return { answer: serviceAnswer(code, `模拟器拒绝：${code}`), sent: [] };
}

function composeText(account: Account, order: Order, templateCode: string): string | { refusal: string } {
  const number = order.number.replace(/^(\+86|0086|86)/, "");
  if (!/^1[3-9]\d{9}$/.test(number) || number.endsWith("9999")) {
    return { refusal: "isv.MOBILE_NUMBER_ILLEGAL" };
  }
  if (number.endsWith("7777")) return { refusal: "isv.BUSINESS_LIMIT_CONTROL" };
  if (order.signName !== account.signName) return { refusal: "isv.SMS_SIGNATURE_ILLEGAL" };
  const params = readJson(order.params);
  if (!isTextRecord(params)) return { refusal: "isv.INVALID_JSON_PARAM" };
  const rendered = renderTemplate(templateCode, params);
  return "refusal" in rendered ? rendered : `【${order.signName}】${rendered.text}`;
}

const OUT_OF_SERVICE: ReportedFault = { code: "MOBILE_NOT_ON_SERVICE", text: "手机停机" };

/** What is reported of numbers, by their last four digits. */
const FAULTS = new Map([
  ["0000", OUT_OF_SERVICE],
  ["6666", { code: "INVALID_NUMBER", text: "号码无效" }],
  ["5555", { code: "USER_REJECT", text: "用户已退订" }],
]);

function readReport(number: string): Pick<SimulatedSms, "to" | "number" | "report" | "fault"> {
  const bare = number.slice(-11);
  const fault = FAULTS.get(bare.slice(-4));
  const report = fault ? "undelivered" : bare.endsWith("8888") ? "none" : "delivered";
  return { to: number, number: bare, report, fault: fault ?? OUT_OF_SERVICE };
}

function readRef(outId: string): { ref?: string } {
  return outId.startsWith("ref:") ? { ref: outId.slice("ref:".length) } : {};
}

function readJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function isTextRecord(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === "string");
}
