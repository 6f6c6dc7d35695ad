import type { Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Simulator, SimulatorOptions } from "@tidings/sdk/testing";
import { Hono } from "hono";
import { FaultPlan, openAccount } from "./account.ts";
import { Inbox } from "./inbox.ts";
import { addPage } from "./page.ts";
import { ProviderTokens } from "./provider-tokens.ts";
import { createServer } from "./server.ts";
import { WindowCount } from "./window-count.ts";

export { demo } from "./demo.ts";

const HOST = "127.0.0.1";
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
  const inbox = new Inbox();
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
  const page = new Hono();
  addPage(page, inbox);
  const pages = createAdaptorServer({ fetch: page.fetch }) as Server;
  const url = await listen(pages, options.port ?? 0);
  const vendor = createAdaptorServer({
    fetch: app.fetch as (request: Request) => Response | Promise<Response>,
    createServer: createHttp2Server,
    serverOptions: { settings: { maxConcurrentStreams: 1 } },
  }) as Http2Server;
  const sessions = followSessions(vendor);
  const endpoint = await listen(vendor, 0);
  const { teamId, keyId, topic, keyFile } = account;
  return {
    url: `${url}/`,
    endpoints: [new URL(endpoint).host],
    settings: {
      teamId,
      keyId,
      signingKey: keyFile,
      topic,
      environment: "production",
      priority: "high",
      ttlSeconds: 86_400,
      endpoint,
    },
    received: () => inbox.notifications.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => faults.order(fault, count),
    expireTokens: () => tokens.expire(),
    tokenCount: () => tokens.count,
    async close() {
      for (const session of sessions) session.destroy();
      pages.closeAllConnections();
      await Promise.all([close(vendor), close(pages)]);
    },
  };
}

function followSessions(server: Http2Server): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session)).on("error", () => undefined);
  });
  return sessions;
}

function listen(server: Server | Http2Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve(`http://${HOST}:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server | Http2Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
