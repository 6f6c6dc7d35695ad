import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type AnsweredFault, type FaultPlan, type Inbox, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import type { Account, SimulatedSms } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { isAuthorized } from "./authorization.ts";
import type { Callbacks } from "./callbacks.ts";
import { type Operation, sendMany, sendOne } from "./messages.ts";
import { openPage } from "./page.ts";
import { describeSign, describeTemplate } from "./reviews.ts";

export interface Vendor {
  account: Account;
  inbox: Inbox<SimulatedSms>;
  faults: FaultPlan;
  callbacks: Callbacks;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Send = (account: Account, fields: Record<string, unknown>, now: number) => Operation;

/** The vendor's interface: a browser that looks at it gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { account, inbox, callbacks } = vendor;
  const app = new Hono<Env>();
  const page = openPage(inbox);
  app.get("/", (c) => page(c.req.raw));
  const sendBy = (send: Send) => (body: string) => {
    const fields = readJsonObject(body);
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
  app.get("/v1/sign/:id{\\d+}", (c) =>
    answerCall(vendor, c, () => describeSign(account, Number(c.req.param("id")))),
  );
  app.get("/v1/templates/:id{\\d+}", (c) =>
    answerCall(vendor, c, () => describeTemplate(Number(c.req.param("id")))),
  );
  app.all("/v1/*", (c) => answerCall(vendor, c, () => refusal(50016)));
  return app;
}

function answerCall(
  { account, faults }: Vendor,
  c: Context<Env>,
  operate: (body: string) => VendorAnswer,
): Promise<Response> {
  return faults.answer(c, async (fault) => {
    const text = await c.req.text();
    const { body, status } = judge(account, c.req.header("authorization"), fault) ?? operate(text);
    return c.json(body, status);
  });
}

function judge(account: Account, authorization: string | undefined, fault: AnsweredFault | undefined) {
  if (authorization === undefined) return refusal(50001, "missing auth");
  if (!isAuthorized(authorization, account)) return refusal(50002, "auth failed");
  if (fault === "busy") return refusal(50009, "out of freq");
  return fault === "refuse" ? refusal(50014, "no money") : undefined;
}
