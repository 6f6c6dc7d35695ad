import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";
import { encodeParams } from "./text.ts";

export const API_VERSION = "2017-05-25";
/** One text to many numbers: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms */
export const SEND_SMS_MAX_NUMBERS = 1000;
/** A text for each number: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendbatchsms */
export const SEND_BATCH_SMS_MAX_NUMBERS = 100;

/**
 * What one request asks of the vendor. It travels as the request's `context`, so that a call that was
 * refused for the sake of one number can be cut into smaller ones.
 */
export type SmsCall = {
  action: "SendSms" | "SendBatchSms";
  templateCode: string;
  outId: string;
  /** Bare numbers of eleven digits, in the order of the request's `refs`. */
  numbers: string[];
  /** Template parameters as JSON texts: one for all numbers with SendSms, one for each with SendBatchSms. */
  params: string[];
};

export function toRequest(id: string, refs: string[], call: SmsCall, settings: Settings): PlannedRequest {
  const request = call.action === "SendSms" ? sendSms(call, settings) : sendBatchSms(call, settings);
  return { id, refs, ...request, context: call };
}

// The interface is RPC style: the path is always "/", the operation is named in x-acs-action, and each
// parameter travels where the vendor's API description puts it: the query, or a form body for the three
// JSON arrays. https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
function sendSms(call: SmsCall, settings: Settings) {
  return rpc(settings, "SendSms", {
    PhoneNumbers: call.numbers.join(","),
    SignName: String(settings.signName),
    TemplateCode: call.templateCode,
    TemplateParam: call.params[0] ?? "{}",
    OutId: call.outId,
  });
}

function sendBatchSms(call: SmsCall, settings: Settings) {
  const request = rpc(settings, "SendBatchSms", { TemplateCode: call.templateCode, OutId: call.outId });
  const body = encodeParams({
    PhoneNumberJson: JSON.stringify(call.numbers),
    SignNameJson: JSON.stringify(call.numbers.map(() => String(settings.signName))),
    TemplateParamJson: `[${call.params.join(",")}]`,
  });
  return {
    ...request,
    headers: { ...request.headers, "content-type": "application/x-www-form-urlencoded" },
    body,
  };
}

/** A call of the RPC interface; the `acs3` scheme of the host adds date, nonce, body hash and signature. */
export function rpc(settings: Settings, action: string, params: Record<string, string>) {
  const endpoint = String(settings.endpoint).replace(/\/+$/, "");
  return {
    method: "POST" as const,
    url: `${endpoint}/?${encodeParams(params)}`,
    headers: { "x-acs-action": action, "x-acs-version": API_VERSION },
    auth: "api",
  };
}

/** The calls that carry `parts` consecutive shares of a call, as even as possible. */
export function cutCall(call: SmsCall, refs: string[], parts: number): { refs: string[]; call: SmsCall }[] {
  const size = Math.ceil(refs.length / parts);
  const shares = [];
  for (let start = 0; start < refs.length; start += size) {
    const end = start + size;
    shares.push({
      refs: refs.slice(start, end),
      call: {
        ...call,
        numbers: call.numbers.slice(start, end),
        params: call.action === "SendSms" ? call.params : call.params.slice(start, end),
      },
    });
  }
  return shares;
}
