import { randomUUID } from "node:crypto";
import type { Http2Session } from "node:http2";
import type { Http2Bindings } from "@hono/node-server";
import { type FaultPlan, neverAnswer } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import type { ProviderTokens } from "./provider-tokens.ts";
import { type PushDeps, push } from "./push.ts";
import { REASONS, type Reason } from "./reasons.ts";

export interface Vendor extends PushDeps {
  tokens: ProviderTokens;
  faults: FaultPlan;
  now(): number;
}

type Env = { Bindings: Http2Bindings };

/** What a connection may have under way once it has shown a good token; before that it is one. */
const STREAMS = 1000;

/** The vendor's interface, for HTTP/2. */
export function createServer(vendor: Vendor): Hono<Env> {
  const app = new Hono<Env>();
  app.post("/3/device/:token", (c) => answerCall(vendor, c));
  app.all("/3/device/:token", (c) => write(c, randomUUID(), "MethodNotAllowed", vendor.now()));
  app.all("*", (c) => write(c, randomUUID(), "BadPath", vendor.now()));
  return app;
}

async function answerCall(vendor: Vendor, c: Context<Env>): Promise<Response> {
  const { session } = c.env.incoming.stream;
  const fault = vendor.faults.take();
  if (fault === "drop" || !session) {
    session?.destroy();
    return neverAnswer();
  }
  const now = vendor.now();
  const id = c.req.header("apns-id") ?? randomUUID();
  const body = await c.req.text();
  const reason = vendor.tokens.check(session, c.req.header("authorization"), now) ?? faultReason(fault);
  if (reason) return write(c, id, reason, now);
  welcome(session);
  const device = c.req.param("token") ?? "";
  const refused = push(vendor, { device, id, body, header: (name) => c.req.header(name) }, now);
  return fault === "hang" ? neverAnswer() : write(c, id, refused, now);
}

function faultReason(fault: string | undefined): Reason | undefined {
  if (fault === "busy") return "ServiceUnavailable";
  return fault === "refuse" ? "TopicDisallowed" : undefined;
}

function welcome(session: Http2Session): void {
  if (session.localSettings.maxConcurrentStreams !== STREAMS)
    session.settings({ maxConcurrentStreams: STREAMS });
}

const UNREGISTERED_FOR_MS = 3_600_000;

function write(c: Context<Env>, id: string, reason: Reason | undefined, now: number): Response {
  if (!reason) return c.body(null, 200, { "apns-id": id });
  const timestamp = reason === "Unregistered" ? { timestamp: now - UNREGISTERED_FOR_MS } : {};
  return c.json({ reason, ...timestamp }, REASONS[reason], { "apns-id": id });
}
