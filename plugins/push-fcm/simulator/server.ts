import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { FaultPlan } from "./account.ts";
import { refuse, refuseCaller, refuseField, type VendorAnswer } from "./answers.ts";
import { addPage } from "./page.ts";
import { type SendDeps, send } from "./send.ts";
import type { Tokens } from "./tokens.ts";
import type { WindowCount } from "./window-count.ts";

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
  addPage(app, vendor.inbox);
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

async function answerCall(vendor: Vendor, c: Context<Env>): Promise<Response> {
  const fault = vendor.faults.take();
  if (fault === "drop") return dropConnection(c);
  const body = await c.req.text();
  const answer = findObstacle(vendor, c, fault) ?? carryOut(vendor, c, body);
  return fault === "hang"
    ? new Promise<Response>(() => {})
    : c.json(answer.body, answer.status, answer.headers);
}

function findObstacle(vendor: Vendor, c: Context<Env>, fault: string | undefined): VendorAnswer | undefined {
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
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    fields = undefined;
  }
  if (typeof fields !== "object" || fields === null) return refuseField("", "Invalid JSON payload received.");
  return send(vendor, c.req.param("project") ?? "", fields as Record<string, unknown>, vendor.now());
}

function dropConnection(c: Context<Env>): Promise<Response> {
  const { incoming } = c.env;
  if ("socket" in incoming) incoming.socket?.destroy();
  return new Promise<Response>(() => {});
}
