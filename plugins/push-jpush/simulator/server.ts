import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type FaultPlan, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import type { Account } from "./account.ts";
import { refusal, type VendorAnswer } from "./answers.ts";
import { isAuthorized } from "./authorization.ts";
import type { Inbox } from "./inbox.ts";
import type { CallLimits, RateLimit } from "./limits.ts";
import { openPage } from "./page.ts";
import { push } from "./push.ts";
import { messageStatus } from "./status.ts";
import { withdraw } from "./withdrawal.ts";

export interface Vendor {
  account: Account;
  inbox: Inbox;
  faults: FaultPlan;
  rateLimit: RateLimit;
  /** How long a notification is on its way, milliseconds. */
  delayMs: number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Operation = (call: { body: string; now: number }) => VendorAnswer;

/** The vendor's two hosts in one: a browser that looks at it gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { account, inbox, delayMs } = vendor;
  const app = new Hono<Env>();
  const page = openPage(inbox);
  app.get("/", (c) => page(c.req.raw));
  const pushOn =
    (isTrial: boolean): Operation =>
    ({ body, now }) => {
      const fields = readJsonObject(body);
      return fields ? push(inbox, fields, { now, delayMs, isTrial }) : refusal(1003);
    };
  app.post("/v3/push", (c) => answerCall(vendor, c, "push", pushOn(false)));
  app.post("/v3/push/validate", (c) => answerCall(vendor, c, "push", pushOn(true)));
  app.delete("/v3/push/:id", (c) =>
    answerCall(vendor, c, "push", ({ now }) => withdraw(inbox, c.req.param("id"), now)),
  );
  app.post("/v3/status/message", (c) =>
    answerCall(vendor, c, "report", ({ body, now }) => messageStatus(account, inbox, body, now)),
  );
  app.all("/v3/*", (c) => answerCall(vendor, c, "push", () => refusal(1001)));
  return app;
}

function answerCall(
  { account, faults, rateLimit }: Vendor,
  c: Context<Env>,
  api: keyof CallLimits,
  operate: Operation,
): Promise<Response> {
  return faults.answer(c, async (fault) => {
    const body = await c.req.text();
    const now = Date.now();
    if (!isAuthorized(c.req.header("authorization"), account))
      return write(c, refusal(1004, "Authen failed"));
    const { isAllowed, headers } = rateLimit.count(api, now);
    if (!isAllowed || fault === "busy") return write(c, refusal(2002, "Rate limit exceeded"), headers);
    const isRefused = fault === "refuse";
    return write(
      c,
      isRefused ? refusal(2003, "The appKey is in black list.") : operate({ body, now }),
      headers,
    );
  });
}

function write(c: Context<Env>, { status, body }: VendorAnswer, headers = {}): Response {
  return body === "" ? c.body(null, status, headers) : c.json(body, status, headers);
}
