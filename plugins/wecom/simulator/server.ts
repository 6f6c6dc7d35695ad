import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type AnsweredFault, type FaultPlan, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { answerOk, refuse, type VendorAnswer } from "./answers.ts";
import type { NoticeInbox } from "./company.ts";
import type { Operations } from "./operations.ts";
import { openPage } from "./page.ts";
import type { Tokens } from "./tokens.ts";

export interface Vendor {
  tokens: Tokens;
  operations: Operations;
  inbox: NoticeInbox;
  faults: FaultPlan;
  /** The addresses that the app may be called from; any, if there are none. */
  trustedIps(): string[] | undefined;
  now(): number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Call = (body: Record<string, unknown>, ip: string, now: number) => VendorAnswer;

/** The vendor's interface under `/cgi-bin`; a browser that looks at the root gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { tokens, operations } = vendor;
  const app = new Hono<Env>();
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.get("/cgi-bin/gettoken", (c) => {
    const gift = tokens.give(c.req.query("corpid"), c.req.query("corpsecret"), vendor.now());
    return c.json(typeof gift === "number" ? refuse(gift, ipOf(c)) : answerOk({ ...gift }));
  });
  app.get("/cgi-bin/agent/get", (c) => {
    const refusal = checkCaller(vendor, c);
    return c.json(refusal ?? operations.getApp(c.req.query("agentid"), ipOf(c)));
  });
  app.post("/cgi-bin/message/send", (c) => carryOut(vendor, c, (...call) => operations.send(...call)));
  app.post("/cgi-bin/message/recall", (c) => carryOut(vendor, c, (...call) => operations.recall(...call)));
  return app;
}

function carryOut(vendor: Vendor, c: Context<Env>, call: Call): Promise<Response> {
  return vendor.faults.answer(c, async (fault) => c.json(await answerCall(vendor, c, call, fault)));
}

async function answerCall(
  vendor: Vendor,
  c: Context<Env>,
  call: Call,
  fault: AnsweredFault | undefined,
): Promise<VendorAnswer> {
  const body = readJsonObject(await c.req.text());
  const ip = ipOf(c);
  const refusal = checkCaller(vendor, c);
  if (refusal) return refusal;
  if (fault === "busy") return refuse(45009, ip);
  if (fault === "refuse") return refuse(50003, ip);
  return body ? call(body, ip, vendor.now()) : refuse(40035, ip);
}

function checkCaller(vendor: Vendor, c: Context<Env>): VendorAnswer | undefined {
  const ip = ipOf(c);
  const code = vendor.tokens.check(c.req.query("access_token"), vendor.now());
  if (code !== undefined) return refuse(code, ip);
  const trusted = vendor.trustedIps();
  return trusted && !trusted.includes(ip) ? refuse(60020, ip) : undefined;
}

const ipOf = (c: Context<Env>) => getConnInfo(c).remote.address ?? "unknown";
