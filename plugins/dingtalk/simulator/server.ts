import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type AnsweredFault, type FaultPlan, readJsonObject } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { answerOk, refuse, refuseAtGateway, type VendorAnswer } from "./answers.ts";
import type { NoticeInbox } from "./inbox.ts";
import type { Limits } from "./limits.ts";
import type { Operations } from "./operations.ts";
import { openPage } from "./page.ts";
import type { Tokens } from "./tokens.ts";

export interface Vendor {
  tokens: Tokens;
  operations: Operations;
  limits: Limits;
  inbox: NoticeInbox;
  faults: FaultPlan;
  /** The addresses that the app may be called from; any, if there are none. */
  trustedIps(): string[] | undefined;
  now(): number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };
type Call = (body: Record<string, unknown>, now: number) => VendorAnswer;

const INTERFACE = "/topapi/message/corpconversation";

/** The vendor's interface; a browser that looks at the root gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const { tokens, operations } = vendor;
  const app = new Hono<Env>();
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.get("/gettoken", (c) => {
    const gift = tokens.give(c.req.query("appkey"), c.req.query("appsecret"), vendor.now());
    return c.json(typeof gift === "number" ? refuse(gift) : answerOk({ ...gift }));
  });
  app.get("/auth/scopes", (c) =>
    c.json(checkCaller(vendor, c) ?? answerOk({ auth_org_scopes: { authed_dept: [1], authed_user: [] } })),
  );
  const serve = (name: string, call: Call) =>
    app.post(`${INTERFACE}/${name}`, (c) => carryOut(vendor, c, call));
  serve("asyncsend_v2", (...call) => operations.send(...call));
  serve("getsendresult", (...call) => operations.getResult(...call));
  serve("recall", (...call) => operations.recall(...call));
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
  const refusal = checkCaller(vendor, c);
  if (refusal) return refusal;
  if (fault === "busy") return refuseAtGateway(90018);
  if (fault === "refuse") return refuseAtGateway(60011);
  return body ? call(body, vendor.now()) : refuse(40035);
}

function checkCaller(vendor: Vendor, c: Context<Env>): VendorAnswer | undefined {
  const code = vendor.tokens.check(c.req.query("access_token"), vendor.now());
  if (code !== undefined) return refuseAtGateway(code);
  const ip = getConnInfo(c).remote.address ?? "unknown";
  const trusted = vendor.trustedIps();
  if (trusted && !trusted.includes(ip)) return refuseAtGateway(60020, `,request ip=${ip}`);
  return vendor.limits.allowsCall(c.req.path, vendor.now()) ? undefined : refuseAtGateway(90018);
}
