import { randomBytes } from "node:crypto";
import type { TokenRefusals } from "@tidings/sdk/testing";

/** The vendor answers HTTP 200 to everything; the code decides. */
export type VendorAnswer = Record<string, unknown>;

export function answerOk(fields: Record<string, unknown> = {}): VendorAnswer {
  return { errcode: 0, errmsg: "ok", ...fields };
}

const MESSAGES = new Map([
  [-1, "system error"],
  [40001, "invalid credential, access_token is invalid or not latest"],
  [40002, "invalid grant_type"],
  [40003, "invalid openid"],
  [40013, "invalid appid"],
  [40037, "invalid template_id"],
  [40125, "invalid appsecret"],
  [40164, "invalid ip"],
  [41001, "access_token missing"],
  [41002, "appid missing"],
  [41004, "appsecret missing"],
  [41030, "invalid page"],
  [42001, "access_token expired"],
  [43004, "require subscribe"],
  [43101, "user refuse to accept the msg"],
  [43108, "concurrent message to the same user"],
  [45009, "reach max api daily quota limit"],
  [45011, "api minute-quota reach limit, please retry next minute"],
  [47001, "data format error"],
  [47003, "argument invalid!"],
  [48001, "api unauthorized"],
]);

export const TOKEN_REFUSALS: TokenRefusals = {
  tooMany: 45011,
  otherGrantType: 40002,
  noAppId: 41002,
  noSecret: 41004,
  otherAppId: 40013,
  wrongSecret: 40125,
  missing: 41001,
  invalid: 40001,
  expired: 42001,
};

/** A refusal, with the vendor's own number of the request. */
export function refuse(errcode: number, hint = ""): VendorAnswer {
  const rid = [8, 8, 8].map((length) => randomBytes(length / 2).toString("hex")).join("-");
  return { errcode, errmsg: `${MESSAGES.get(errcode) ?? "refused"}${hint} rid: ${rid}` };
}

/** As it goes over the wire: `msgid` is an integer of 64 bits, which JavaScript would round. */
export function writeAnswer(answer: VendorAnswer): string {
  return JSON.stringify(answer).replace(/"msgid":"(\d+)"/, '"msgid":$1');
}

/** A message id of 19 digits. */
export function makeMsgid(): string {
  return `2${(randomBytes(8).readBigUInt64BE() % 10n ** 18n).toString().padStart(18, "0")}`;
}
