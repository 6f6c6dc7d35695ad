import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type AnsweredFault, type FaultPlan, readJsonObject, type WindowCount } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { refuse, refuseCaller, refuseField, type VendorAnswer } from "./answers.ts";
import { openPage } from "./page.ts";
import { type SendDeps, send } from "./send.ts";
import type { Tokens } from "./tokens.ts";

export interface Vendor extends SendDeps {
  tokens: Tokens;
  faults: FaultPlan;
  /** Messages of the project a minute. */
  projectMinutes: WindowCount;
  now(): number;
}

type Env = { Bindings: HttpBindings | Http2Bindings };

const QUOTA_PAUSE_SECONDS = 60;
const BUSY_PAUSE_SECONDS = 30;

/** The vendor's two hosts in one: a browser that looks at the root gets the page. */
export function createServer(vendor: Vendor): Hono<Env> {
  const app = new Hono<Env>();
  const page = openPage(vendor.inbox);
  app.get("/", (c) => page(c.req.raw));
  app.post("/token", async (c) => {
    const { origin } = new URL(c.req.url);
    const given = vendor.tokens.give(
      new URLSearchParams(await c.req.text()),
      `${origin}/token`,
      vendor.now(),
    );
    return "error" in given ? c.json(given, 400) : c.json(given);
  });
  app.post("/v1/projects/:project/:call", (c) => answerCall(vendor, c));
  return app;
}

function answerCall(vendor: Vendor, c: Context<Env>): Promise<Response> {
  return vendor.faults.answer(c, async (fault) => {
    const text = await c.req.text();
    const { body, status, headers } = findObstacle(vendor, c, fault) ?? carryOut(vendor, c, text);
    return c.json(body, status, headers);
  });
}

function findObstacle(
  vendor: Vendor,
  c: Context<Env>,
  fault: AnsweredFault | undefined,
): VendorAnswer | undefined {
  const now = vendor.now();
  if (!vendor.tokens.isGood(c.req.header("authorization"), now)) {
    return refuseCaller(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
  }
  if (c.req.param("call") !== "messages:send") return refuseCaller(404, "NOT_FOUND", "Method not found.");
  if (fault === "refuse") {
    return refuseCaller(
      403,
      "PERMISSION_DENIED",
      "Firebase Cloud Messaging API has not been used in this project",
    );
  }
  if (fault === "busy") return refuse("UNAVAILABLE", undefined, BUSY_PAUSE_SECONDS);
  if (vendor.projectMinutes.allows("project", now)) return undefined;
  return refuse("QUOTA_EXCEEDED", undefined, QUOTA_PAUSE_SECONDS);
}

function carryOut(vendor: Vendor, c: Context<Env>, body: string): VendorAnswer {
  const fields = readJsonObject(body);
  if (!fields) return refuseField("", "Invalid JSON payload received.");
  return send(vendor, c.req.param("project") ?? "", fields, vendor.now());
}
