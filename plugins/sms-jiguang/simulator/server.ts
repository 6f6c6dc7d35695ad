import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Account, FaultPlan, Inbox } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { isAuthorized } from "./authorization.ts";
import type { Callbacks } from "./callbacks.ts";
import { type Operation, sendMany, sendOne } from "./messages.ts";
import { addPage } from "./page.ts";

export interface Vendor {
  account: Account;
  inbox: Inbox;
  faults: FaultPlan;
  callbacks: Callbacks;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Send = (account: Account, fields: Record<string, unknown>, now: number) => Operation;

/** The vendor's interface: a browser that looks at it gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { account, inbox, callbacks } = vendor;
  const app = new Hono<Env>();
  addPage(app, inbox);
  const sendBy = (send: Send) => (body: string) => {
    const fields = readFields(body);
    if (!fields) return refusal(body === "" ? 50003 : 50007);
    const operation = send(account, fields, Date.now());
    inbox.add(operation.sent);
    callbacks.schedule(operation.sent);
    return operation.answer;
  };
  app.post("/v1/messages", (c) => answerCall(vendor, c, sendBy(sendOne)));
  app.post("/v1/messages/batch", (c) => answerCall(vendor, c, sendBy(sendMany)));
  app.get("/v1/accounts/app", (c) =>
    answerCall(vendor, c, () =>
      answer({ app_balance: null, app_voice: null, app_industry: 10_000, app_market: 0 }),
    ),
  );
  app.all("/v1/*", (c) => answerCall(vendor, c, () => refusal(50016)));
  return app;
}

async function answerCall(
  { account, faults }: Vendor,
  c: Context<Env>,
  operate: (body: string) => VendorAnswer,
): Promise<Response> {
  const fault = faults.take();
  if (fault === "drop") return dropConnection(c);
  const body = await c.req.text();
  const answered = judge(account, c.req.header("authorization"), fault) ?? operate(body);
  return fault === "hang" ? new Promise<Response>(() => {}) : c.json(answered.body, answered.status);
}

function judge(account: Account, authorization: string | undefined, fault: string | undefined) {
  if (authorization === undefined) return refusal(50001, "missing auth");
  if (!isAuthorized(authorization, account)) return refusal(50002, "auth failed");
  if (fault === "busy") return refusal(50009, "out of freq");
  return fault === "refuse" ? refusal(50014, "no money") : undefined;
}

function readFields(body: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === "object" && fields !== null && !Array.isArray(fields)
      ? (fields as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function dropConnection(c: Context<Env>): Promise<Response> {
  const { incoming } = c.env;
  if ("socket" in incoming) incoming.socket?.destroy();
  return new Promise<Response>(() => {});
}
