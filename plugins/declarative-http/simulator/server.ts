import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type AnsweredFault, type FaultPlan, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import type { Gate } from "./gate.ts";
import { OK, type Result, refuse, takeMessage, writeJson } from "./gateway.ts";
import type { MessageInbox } from "./inbox.ts";
import { openPage } from "./page.ts";
import type { ReceiptPusher } from "./receipts.ts";

export interface Gateway {
  gate: Gate;
  inbox: MessageInbox;
  faults: FaultPlan;
  receipts: ReceiptPusher;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Answer = { status?: 200 | 401 | 429; body: unknown };
type Operate = (body: string, now: number) => Answer;

const FORM = "application/x-www-form-urlencoded";

/** A company's own gateway: single messages as JSON or as a form, lists of them, and a page. */
export function createServer(gateway: Gateway): Hono<Env> {
  const app = new Hono<Env>();
  const page = openPage(gateway.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.get("/health", (c) => {
    const isAllowed = gateway.gate.allows(
      { headers: c.req.raw.headers, url: urlOf(c), body: "" },
      Date.now(),
    );
    return c.json({ code: isAllowed ? OK : "4001" }, isAllowed ? 200 : 401);
  });
  app.post("/messages", (c) =>
    carryOut(gateway, c, (body, now) => {
      const fields = c.req.header("content-type") === FORM ? readForm(body) : readJsonObject(body);
      return { body: take(gateway, { ...fields, key: c.req.header("idempotency-key") }, now) };
    }),
  );
  app.post("/messages/batch", (c) => carryOut(gateway, c, (body, now) => takeList(gateway, body, now)));
  return app;
}

function carryOut(gateway: Gateway, c: Context<Env>, operate: Operate): Promise<Response> {
  return gateway.faults.answer(c, async (fault) => {
    const body = await c.req.text();
    const now = Date.now();
    const isAllowed = gateway.gate.allows({ headers: c.req.raw.headers, url: urlOf(c), body }, now);
    const answer = isAllowed ? (faultAnswer(fault) ?? operate(body, now)) : NOT_ALLOWED;
    return c.body(writeJson(answer.body), answer.status ?? 200, { "content-type": "application/json" });
  });
}

const NOT_ALLOWED: Answer = { status: 401, body: { code: "4001", message: "who are you?" } };

function faultAnswer(fault: AnsweredFault | undefined): Answer | undefined {
  if (fault === "busy") return { status: 429, body: { message: "slower, please" } };
  return fault === "refuse" ? { body: refuse("3001") } : undefined;
}

function take({ inbox, receipts }: Gateway, fields: Record<string, unknown>, now: number): Result {
  const { to, title, text, ref, key } = fields;
  const order = { to, title, text, ref, ...(typeof key === "string" && { key }) };
  const { taken, ...result } = takeMessage(inbox, order, now);
  if (taken?.count === 1) receipts.schedule(taken);
  return result;
}

/** One text for many, with a result for each in their order. */
function takeList(gateway: Gateway, body: string, now: number): Answer {
  const fields = readJsonObject(body);
  if (!fields || !Array.isArray(fields.recipients)) return { body: refuse("1002") };
  const { title, text } = fields;
  const results = fields.recipients.map((one: unknown) =>
    take(gateway, { title, text, ...(typeof one === "object" && one) }, now),
  );
  return { body: { code: OK, results } };
}

const readForm = (body: string) => Object.fromEntries(new URLSearchParams(body));
const urlOf = (c: Context<Env>) => new URL(c.req.url);
