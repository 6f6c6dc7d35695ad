import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import {
  type AnsweredFault,
  type FaultPlan,
  readJsonObject,
  type StableTokens,
  type WindowCount,
} from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { refuse, type VendorAnswer, writeAnswer } from "./answers.ts";
import type { Operations } from "./operations.ts";
import { openPage, type PageSource, takeConsent } from "./page.ts";

export interface Vendor extends PageSource {
  tokens: StableTokens;
  operations: Operations;
  /** Calls of one interface a minute and a day. */
  minutes: WindowCount;
  days: WindowCount;
  faults: FaultPlan;
  /** The addresses that the program may be called from; any, if there are none. */
  trustedIps(): string[] | undefined;
  now(): number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Fields = Record<string, unknown>;

/** The vendor's interface; a browser that looks at the root gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { tokens, operations } = vendor;
  const app = new Hono<Env>();
  const page = openPage(vendor);
  app.get("/", (c) => page(c.req.raw));
  app.post("/consents", async (c) => takeConsent(vendor, c.req.raw));
  app.post("/cgi-bin/stable_token", async (c) => {
    const wrongIp = checkIp(vendor, c);
    const gift = tokens.give((await readBody(c)) ?? {}, vendor.now());
    return reply(c, wrongIp ?? (typeof gift === "number" ? refuse(gift) : { ...gift }));
  });
  app.get("/wxaapi/newtmpl/gettemplate", (c) =>
    reply(c, checkCaller(vendor, c, "list") ?? operations.listTemplates()),
  );
  app.post("/cgi-bin/message/subscribe/send", (c) =>
    carryOut(vendor, c, "send", (body) => operations.send(body, vendor.now())),
  );
  return app;
}

function carryOut(
  vendor: Vendor,
  c: Context<Env>,
  name: string,
  call: (body: Fields) => VendorAnswer,
): Promise<Response> {
  return vendor.faults.answer(c, async (fault) => {
    const body = await readBody(c);
    const obstacle = checkCaller(vendor, c, name) ?? faultAnswer(fault);
    return reply(c, obstacle ?? (body ? call(body) : refuse(47001)));
  });
}

function faultAnswer(fault: AnsweredFault | undefined): VendorAnswer | undefined {
  if (fault === "busy") return refuse(45011);
  return fault === "refuse" ? refuse(48001) : undefined;
}

function checkCaller(vendor: Vendor, c: Context<Env>, name: string): VendorAnswer | undefined {
  const now = vendor.now();
  const code = vendor.tokens.check(c.req.query("access_token"), now);
  if (code !== undefined) return refuse(code);
  const wrongIp = checkIp(vendor, c);
  if (wrongIp) return wrongIp;
  if (!vendor.minutes.allows(name, now)) return refuse(45011);
  return vendor.days.allows(name, now) ? undefined : refuse(45009);
}

function checkIp(vendor: Vendor, c: Context<Env>): VendorAnswer | undefined {
  const ip = getConnInfo(c).remote.address ?? "unknown";
  const trusted = vendor.trustedIps();
  return trusted && !trusted.includes(ip) ? refuse(40164, ` ${ip}, not in whitelist`) : undefined;
}

function reply(c: Context<Env>, answer: VendorAnswer): Response {
  return c.body(writeAnswer(answer), 200, { "content-type": "application/json; encoding=utf-8" });
}

const readBody = async (c: Context<Env>) => readJsonObject(await c.req.text());
