import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type AnsweredFault, type FaultPlan, type Inbox, readJsonObject } from "@tidings/sdk/testing";
import { Hono } from "hono";
import type { Account, SimulatedSms } from "./account.ts";
import { refusal, type VendorAnswer } from "./answers.ts";
import type { NumberGuard, RateLimit } from "./limits.ts";
import { openPage } from "./page.ts";
import type { ReceiptPusher } from "./receipts.ts";
import { describeSmsSignList, describeSmsTemplateList } from "./reviews.ts";
import { sendSms } from "./send-sms.ts";
import { pullSendStatus } from "./send-status.ts";
import { checkSignature } from "./signature.ts";
import { sendStatistics } from "./statistics.ts";

export interface Vendor {
  account: Account;
  inbox: Inbox<SimulatedSms>;
  faults: FaultPlan;
  rateLimit: RateLimit;
  numberGuard: NumberGuard;
  receipts: ReceiptPusher;
  /** Whether reports carry the session of their call: at the vendor, customers have it switched on. */
  echoesSession: boolean;
  /** Approved templates that are listed beside those with a wording. */
  furtherTemplateCount: number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };

/** The vendor's one address: calls are posted to it, a browser that looks at it gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const app = new Hono<Env>();
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.post("/", (c) =>
    vendor.faults.answer(c, async (fault) =>
      c.json(handleCall(vendor, c.req.raw.headers, await c.req.text(), fault)),
    ),
  );
  return app;
}

function handleCall(
  vendor: Vendor,
  headers: Headers,
  body: string,
  fault: AnsweredFault | undefined,
): VendorAnswer {
  const now = Date.now();
  const refused = checkSignature({ method: "POST", headers, body }, vendor.account, now);
  if (refused) return refused;
  const action = headers.get("x-tc-action") ?? "";
  if (headers.get("x-tc-version") !== "2021-01-11") return refusal("NoSuchVersion");
  if (!/^[a-z]+-[a-z]+$/.test(headers.get("x-tc-region") ?? "")) return refusal("UnsupportedRegion");
  if (fault === "busy" || !vendor.rateLimit.allows(action, now)) return refusal("RequestLimitExceeded");
  if (fault === "refuse") return refusal("FailedOperation.InsufficientBalanceInSmsPackage");
  const fields = readJsonObject(body);
  return fields ? operate(vendor, action, fields, now) : refusal("InvalidParameter");
}

function operate(vendor: Vendor, action: string, fields: Record<string, unknown>, now: number): VendorAnswer {
  const { account, inbox, echoesSession } = vendor;
  switch (action) {
    case "SendSms": {
      const { answer, sent } = sendSms(account, vendor.numberGuard, fields, now);
      inbox.add(sent);
      vendor.receipts.schedule(sent);
      return answer;
    }
    case "PullSmsSendStatusByPhoneNumber":
      return pullSendStatus(account, inbox, fields, { now, echoesSession });
    case "SendStatusStatistics":
      return sendStatistics(account, inbox, fields);
    case "DescribeSmsSignList":
      return describeSmsSignList(account, fields);
    case "DescribeSmsTemplateList":
      return describeSmsTemplateList(vendor.furtherTemplateCount, fields);
    default:
      return refusal("InvalidAction");
  }
}
