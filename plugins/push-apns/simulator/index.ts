import { createServer as createHttp2Server } from "node:http2";
import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions, WindowCount } from "@tidings/sdk/testing";
import { Hono } from "hono";
import { openAccount } from "./account.ts";
import { NotificationInbox } from "./inbox.ts";
import { openPage } from "./page.ts";
import { ProviderTokens } from "./provider-tokens.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

const MINUTE_MS = 60_000;

export interface ApnsSimulatorOptions extends SimulatorOptions {
  /** Notifications to one device a minute before `TooManyRequests`, default 60. */
  perDeviceMinute?: number;
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface ApnsSimulator extends Simulator {
  /** Ends all provider tokens that have been used so far, before their time. */
  expireTokens(): void;
  /** How many provider tokens were taken. */
  tokenCount(): number;
}

/**
 * Starts the vendor's fake: HTTP/2 in plain text for the interface, as certificates for 127.0.0.1 are nobody's to give,
 * and HTTP/1.1 on a port of its own, `options.port`, for the page.
 */
export async function startSimulator(options: ApnsSimulatorOptions = {}): Promise<ApnsSimulator> {
  const account = openAccount();
  const inbox = new NotificationInbox();
  const faults = new FaultPlan();
  const tokens = new ProviderTokens(account);
  const app = createServer({
    account,
    inbox,
    faults,
    tokens,
    deviceMinutes: new WindowCount(options.perDeviceMinute ?? 60, MINUTE_MS),
    now: options.now ?? Date.now,
  });
  const page = openPage(inbox);
  const pages = new Hono().get("/", (c) => page(c.req.raw));
  const shown = await listen(createAdaptorServer({ fetch: pages.fetch }), options.port);
  const called = await listen(
    createAdaptorServer({
      fetch: app.fetch as (request: Request) => Response | Promise<Response>,
      createServer: createHttp2Server,
      serverOptions: { settings: { maxConcurrentStreams: 1 } },
    }),
  );
  const { teamId, keyId, topic, keyFile } = account;
  return {
    url: `${shown.origin}/`,
    endpoints: [new URL(called.origin).host],
    settings: {
      teamId,
      keyId,
      signingKey: keyFile,
      topic,
      environment: "production",
      priority: "high",
      ttlSeconds: 86_400,
      endpoint: called.origin,
    },
    received: () => inbox.messages.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => faults.order(fault, count),
    expireTokens: () => tokens.expire(),
    tokenCount: () => tokens.count,
    close: async () => void (await Promise.all([shown.close(), called.close()])),
  };
}
