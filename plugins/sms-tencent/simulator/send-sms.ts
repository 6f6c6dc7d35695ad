import { randomBytes } from "node:crypto";
import type { Account, SimulatedSms } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import type { NumberGuard } from "./limits.ts";
import { renderTemplate } from "./templates.ts";

const MAX_NUMBERS = 200;
const MAX_SESSION_BYTES = 511;

export interface Operation {
  answer: VendorAnswer;
  sent: SimulatedSms[];
}

interface Order {
  numbers: string[];
  signName: string;
  templateId: string;
  parameters: string[];
  session: string;
}

/** Refuses the call as a whole, or answers each number by itself. */
export function sendSms(
  account: Account,
  guard: NumberGuard,
  fields: Record<string, unknown>,
  now: number,
): Operation {
  const order = readOrder(fields);
  if (typeof order === "string") return { answer: refusal(order), sent: [] };
  if (fields.SmsSdkAppId !== account.sdkAppId) {
    return { answer: refusal("UnauthorizedOperation.SmsSdkAppIdVerifyFail"), sent: [] };
  }
  const outcomes = order.numbers.map((number) => sendOne(account, guard, order, number, now));
  return {
    answer: answer({ SendStatusSet: outcomes.map(({ status }) => status) }),
    sent: outcomes.flatMap(({ sms }) => sms ?? []),
  };
}

/** The call, or the vendor's code for what is wrong with it. */
function readOrder(fields: Record<string, unknown>): Order | string {
  const { PhoneNumberSet: numbers, TemplateParamSet: parameters = [], SessionContext: session = "" } = fields;
  if (!isTextList(numbers) || numbers.length === 0) return "MissingParameter.EmptyPhoneNumberSet";
  if (numbers.length > MAX_NUMBERS) return "LimitExceeded.PhoneNumberCountLimit";
  if (!isTextList(parameters) || typeof session !== "string") return "InvalidParameter";
  if (Buffer.byteLength(session) > MAX_SESSION_BYTES) return "InvalidParameter.InvalidParameters";
  const full = numbers.map(toE164);
  if (new Set(full.map((number) => number.startsWith("+86"))).size > 1) {
    return "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber";
  }
  const [signName, templateId] = [String(fields.SignName ?? ""), String(fields.TemplateId ?? "")];
  return { numbers: full, signName, templateId, parameters, session };
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

/** The vendor takes mainland numbers without a country code as well. */
const toE164 = (number: string) => number.replace(/^(0086|86)?(?=1\d{10}$)/, "+86");

/** Each number has a fate of its own: a bad one costs the others nothing. */
function sendOne(
  account: Account,
  guard: NumberGuard,
  order: Order,
  number: string,
  now: number,
): { status: Record<string, unknown>; sms?: SimulatedSms } {
  const status = { PhoneNumber: number, SessionContext: order.session, IsoCode: isoCodeOf(number) };
  const text = compose(account, guard, order, number, now);
  if (typeof text !== "string") {
    const message = `模拟器拒绝：${text.refusal}`;
    return { status: { ...status, SerialNo: "", Fee: 0, Code: text.refusal, Message: message } };
  }
  const serialNo = `5000:${BigInt(`0x${randomBytes(11).toString("hex")}`)}`;
  const sms = { ...deliver(number), to: number, text, serialNo, session: order.session, at: now };
  return {
    status: { ...status, SerialNo: serialNo, Fee: countSegments(text), Code: "Ok", Message: "send success" },
    sms: { ...sms, ...readRef(order.session) },
  };
}

const isoCodeOf = (number: string) => (number.startsWith("+86") ? "CN" : "DEF");

function compose(
  account: Account,
  guard: NumberGuard,
  { signName, templateId, parameters }: Order,
  number: string,
  now: number,
): string | { refusal: string } {
  if (!/^\+(86)?[1-9]\d{6,14}$/.test(number) || number.endsWith("9999")) {
    return { refusal: "InvalidParameterValue.IncorrectPhoneNumber" };
  }
  if (number.endsWith("6666")) return { refusal: "FailedOperation.PhoneNumberInBlacklist" };
  if (number.endsWith("7777")) return { refusal: "LimitExceeded.PhoneNumberDailyLimit" };
  if (signName !== account.signName) return { refusal: "FailedOperation.SignatureIncorrectOrUnapproved" };
  const rendered = renderTemplate(templateId, parameters);
  if ("refusal" in rendered) return rendered;
  const limit = guard.refuse(number, now);
  return limit ? { refusal: limit } : `【${signName}】${rendered.text}`;
}

const DELIVERED = { code: "DELIVRD", text: "用户短信接收成功" };

/** What carriers say of numbers, by their last four digits. */
const FAULTS = new Map([
  ["0000", { code: "UNDELIV", text: "用户关机、停机或号码状态异常" }],
  ["5555", { code: "EXPIRED", text: "送达超时" }],
]);

function deliver(number: string): Pick<SimulatedSms, "countryCode" | "number" | "report" | "word"> {
  const countryCode = number.startsWith("+86") ? "86" : number.slice(1, 4);
  const fault = FAULTS.get(number.slice(-4));
  const report = fault ? "undelivered" : number.endsWith("8888") ? "none" : "delivered";
  return { countryCode, number: number.slice(1 + countryCode.length), report, word: fault ?? DELIVERED };
}

function readRef(session: string): { ref?: string } {
  return session.startsWith("ref:") ? { ref: session.slice("ref:".length) } : {};
}

// 70 characters fit into one text message, 67 into each part of a longer one.
function countSegments(text: string): number {
  const length = [...text].length;
  return length <= 70 ? 1 : Math.ceil(length / 67);
}
