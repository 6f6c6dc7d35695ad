import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { findCallbackFault } from "@tidings/sdk/callbacks";
import type { AnsweredFault } from "@tidings/sdk/testing";
import { type Context, Hono } from "hono";
import { openPage } from "./page.ts";
import type { Receiver, ReceiverAnswer } from "./receiver.ts";

type Env = { Bindings: HttpBindings | Http2Bindings };

/** Messages are posted to `/hook`; a browser finds them at `/`. */
export function createServer(receiver: Receiver): Hono<Env> {
  const app = new Hono<Env>();
  const page = openPage(receiver);
  app.get("/", (c) => page(c.req.raw));
  app.post("/hook", (c) =>
    receiver.faults.answer(c, async (fault) => {
      const { body, status, headers } = fault ? FAULT_ANSWERS[fault] : await takeCall(receiver, c);
      return c.json(body, status, headers);
    }),
  );
  return app;
}

const FAULT_ANSWERS: Record<AnsweredFault, ReceiverAnswer> = {
  refuse: { status: 410, body: { message: "this hook is closed" } },
  busy: { status: 429, body: { message: "too many requests" }, headers: { "retry-after": "1" } },
};

async function takeCall(receiver: Receiver, c: Context<Env>): Promise<ReceiverAnswer> {
  const now = Date.now();
  const body = await c.req.text();
  const { headers } = c.req.raw;
  const fault = findCallbackFault(headers, body, [receiver.secret], now);
  if (fault) return { status: 401, body: { message: fault } };
  return receiver.take(headers.get("webhook-id") ?? "", body, now);
}
