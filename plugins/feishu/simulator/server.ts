import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type AnsweredFault, type FaultPlan, readJsonObject, type WindowCount } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { answerOk, askForPatience, refuse, type VendorAnswer } from "./answers.ts";
import type { Inbox } from "./inbox.ts";
import type { Operations } from "./operations.ts";
import { openPage } from "./page.ts";
import type { Tokens } from "./tokens.ts";

export interface Vendor {
  tokens: Tokens;
  operations: Operations;
  /** Calls of one interface a second and a minute. */
  seconds: WindowCount;
  minutes: WindowCount;
  inbox: Inbox;
  faults: FaultPlan;
  /** Whether the company has enabled the app. */
  isActive(): boolean;
  /** The addresses that the app may be called from; any, if there are none. */
  trustedIps(): string[] | undefined;
  now(): number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Fields = Record<string, unknown>;

const ACTIVE = 2;
const DISABLED = 1;

/** The vendor's interface under `/open-apis`; a browser that looks at the root gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { tokens, operations } = vendor;
  const app = new Hono<Env>();
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.post("/open-apis/auth/v3/tenant_access_token/internal", async (c) => {
    const gift = tokens.give(readJsonObject(await c.req.text()) ?? {}, vendor.now());
    return typeof gift === "number"
      ? c.json({ code: gift, msg: "app id or secret invalid" })
      : c.json({ code: 0, msg: "ok", ...gift });
  });
  app.get("/open-apis/bot/v3/info", (c) => {
    const bot = { activate_status: vendor.isActive() ? ACTIVE : DISABLED, app_name: "校园通知" };
    return reply(c, checkCaller(vendor, c, "info") ?? answerOk({ bot }));
  });
  app.post("/open-apis/im/v1/messages", (c) =>
    carryOut(vendor, c, "send", (body) =>
      body ? operations.send(c.req.query("receive_id_type"), body, vendor.now()) : refuse(99992402),
    ),
  );
  app.delete("/open-apis/im/v1/messages/:id", (c) =>
    carryOut(vendor, c, "recall", () => operations.recall(c.req.param("id"), vendor.now())),
  );
  return app;
}

function carryOut(
  vendor: Vendor,
  c: Context<Env>,
  name: string,
  call: (body: Fields | undefined) => VendorAnswer,
): Promise<Response> {
  return vendor.faults.answer(c, async (fault) => {
    const body = readJsonObject(await c.req.text());
    return reply(c, checkCaller(vendor, c, name) ?? faultAnswer(fault) ?? call(body));
  });
}

function faultAnswer(fault: AnsweredFault | undefined): VendorAnswer | undefined {
  if (fault === "busy") return askForPatience(1);
  return fault === "refuse" ? refuse(230006) : undefined;
}

function checkCaller(vendor: Vendor, c: Context<Env>, name: string): VendorAnswer | undefined {
  const now = vendor.now();
  const code = vendor.tokens.check(c.req.header("authorization"), now);
  if (code !== undefined) return refuse(code);
  const ip = getConnInfo(c).remote.address ?? "unknown";
  const trusted = vendor.trustedIps();
  if (trusted && !trusted.includes(ip)) return refuse(99991401, `, your ip: ${ip}`);
  if (!vendor.seconds.allows(name, now)) return askForPatience(1);
  return vendor.minutes.allows(name, now) ? undefined : askForPatience(60);
}

function reply(c: Context<Env>, { status, body, headers = {} }: VendorAnswer): Response {
  return c.json(body, status, headers);
}
