import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type AnsweredFault, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { refuse, type VendorAnswer, writeAnswer } from "./answers.ts";
import { openPage, type PageWords, takeConsent } from "./page.ts";
import type { VendorTemplate } from "./templates.ts";
import type { Vendor } from "./vendor.ts";

export type ServerEnv = { Bindings: HttpBindings | Http2Bindings };
type Fields = Record<string, unknown>;

export interface ServerOptions {
  words: PageWords;
  /** The templates that the page can subscribe a user to. */
  templates: readonly VendorTemplate[];
}

/** Gives tokens, and the page to a browser that looks at the root; the interface for messages is the plugin's to add. */
export function createServer(vendor: Vendor, options: ServerOptions): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  const source = { ...vendor, ...options };
  const page = openPage(source);
  app.get("/", (c) => page(c.req.raw));
  app.post("/consents", async (c) => takeConsent(source, c.req.raw));
  app.post("/cgi-bin/stable_token", async (c) => {
    const wrongIp = checkIp(vendor, c);
    const gift = vendor.tokens.give((await readBody(c)) ?? {}, vendor.now());
    return reply(c, wrongIp ?? (typeof gift === "number" ? refuse(gift) : { ...gift }));
  });
  return app;
}

/** Answers a call that only reads, under its interface's name. */
export function lookUp(
  vendor: Vendor,
  c: Context<ServerEnv>,
  name: string,
  find: () => VendorAnswer,
): Response {
  return reply(c, checkCaller(vendor, c, name) ?? find());
}

/** Answers a call that does something, with the fault that is ordered for it. */
export function carryOut(
  vendor: Vendor,
  c: Context<ServerEnv>,
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

function checkCaller(vendor: Vendor, c: Context<ServerEnv>, name: string): VendorAnswer | undefined {
  const now = vendor.now();
  const code = vendor.tokens.check(c.req.query("access_token"), now);
  if (code !== undefined) return refuse(code);
  const wrongIp = checkIp(vendor, c);
  if (wrongIp) return wrongIp;
  if (!vendor.minutes.allows(name, now)) return refuse(45011);
  return vendor.days.allows(name, now) ? undefined : refuse(45009);
}

function checkIp(vendor: Vendor, c: Context<ServerEnv>): VendorAnswer | undefined {
  const ip = getConnInfo(c).remote.address ?? "unknown";
  const trusted = vendor.trustedIps();
  return trusted && !trusted.includes(ip) ? refuse(40164, ` ${ip}, not in whitelist`) : undefined;
}

function reply(c: Context<ServerEnv>, answer: VendorAnswer): Response {
  return c.body(writeAnswer(answer), 200, { "content-type": "application/json; encoding=utf-8" });
}

const readBody = async (c: Context<ServerEnv>) => readJsonObject(await c.req.text());
