import type { PlanInput, PlannedRequest, PlanOutput, SendResult } from "@tidings/sdk/plugin";
import { call } from "@tidings/wechat";
import { readContent } from "./content.ts";

const OPEN_ID = /^[A-Za-z0-9_-]{10,64}$/;

/** A call for each message: the vendor takes one recipient a call. */
export function plan({ messages, settings }: PlanInput): PlanOutput {
  const requests: PlannedRequest[] = [];
  const results: SendResult[] = [];
  for (const { ref, address, content: fields } of messages) {
    const content = readContent(fields, settings);
    if (!OPEN_ID.test(address)) {
      const detail = "An OpenID has 10 to 64 letters, digits, - or _.";
      results.push({ ref, status: "rejected", code: "invalid_open_id", detail });
    } else if ("code" in content) results.push({ ref, status: "rejected", ...content });
    else {
      const body = { touser: address, ...content };
      requests.push({ id: ref, refs: [ref], ...call(settings, "cgi-bin/message/subscribe/send", body) });
    }
  }
  return { requests, results };
}
