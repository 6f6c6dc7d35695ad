import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import type { AnsweredFault, FaultPlan, Inbox } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import type { Account, RateLimit, SimulatedSms } from "./account.ts";
import { gatewayError, serviceAnswer, type VendorAnswer } from "./answers.ts";
import { operate } from "./operations.ts";
import { openPage } from "./page.ts";
import type { ReceiptPusher } from "./receipts.ts";
import { SignatureGuard } from "./signature.ts";

export interface Vendor {
  account: Account;
  inbox: Inbox<SimulatedSms>;
  faults: FaultPlan;
  rateLimit: RateLimit;
  receipts: ReceiptPusher;
  /** Approved templates that are listed beside those with a wording. */
  furtherTemplateCount: number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };

/** The vendor's one address: calls are posted to it, a browser that looks at it gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const app = new Hono<Env>();
  const guard = new SignatureGuard(vendor.account);
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.post("/", (c) =>
    vendor.faults.answer(c, async (fault) => {
      const { body, status } = handleCall(vendor, guard, c, await c.req.text(), fault);
      return c.json(body, status);
    }),
  );
  return app;
}

function handleCall(
  vendor: Vendor,
  guard: SignatureGuard,
  c: Context<Env>,
  body: string,
  fault: AnsweredFault | undefined,
): VendorAnswer {
  const now = Date.now();
  const headers = c.req.raw.headers;
  const target = c.env.incoming.url ?? "/";
  const refused = guard.check({ method: c.req.method, target, headers, body }, now);
  if (refused) return refused;
  if (headers.get("x-acs-version") !== "2017-05-25") {
    return gatewayError(400, "InvalidVersion", "Specified parameter Version is not valid.");
  }
  if (fault === "busy" || !vendor.rateLimit.allows(now)) {
    return gatewayError(400, "Throttling.User", "Request was denied due to user flow control.");
  }
  if (fault === "refuse") return serviceAnswer("isv.AMOUNT_NOT_ENOUGH", "账户余额不足");
  const operation = operate(vendor, headers.get("x-acs-action") ?? "", readParams(target, body), now);
  vendor.inbox.add(operation.sent);
  vendor.receipts.schedule(operation.sent);
  return operation.answer;
}

function readParams(target: string, body: string): URLSearchParams {
  const params = new URLSearchParams(target.split("?", 2)[1] ?? "");
  for (const [name, value] of new URLSearchParams(body)) params.append(name, value);
  return params;
}
