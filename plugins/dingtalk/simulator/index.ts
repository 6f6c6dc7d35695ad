import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { openApp } from "./app.ts";
import { NoticeInbox, type SimulatedNotice } from "./inbox.ts";
import { Limits } from "./limits.ts";
import { Operations } from "./operations.ts";
import { createServer } from "./server.ts";
import { Tokens } from "./tokens.ts";

export { demo } from "./demo.ts";

export interface DingtalkSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 7,200. */
  tokenLifetimeSeconds?: number;
  /** How long after a call its results are told, milliseconds, read at each question; default 0. */
  resultDelayMs?: number;
  /** Calls of one interface a second before `90018`, default 40. */
  callsPerSecond?: number;
  /** People that the app reaches a minute, default 5,000, and messages to one a day, default 500; the rest is dropped. */
  peoplePerMinute?: number;
  perUserDay?: number;
  /** The addresses that the app may be called from; read at each call, any unless given. */
  trustedIps?: string[];
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface DingtalkSimulator extends Simulator {
  /** Takes the current access token back before its time, as the vendor may. */
  revokeToken(): void;
  /** The user opens everything that has arrived. */
  read(userId: string): void;
  /** How many messages a limit has kept back. */
  droppedCount(): number;
}

/** Starts the vendor's fake. */
export async function startSimulator(options: DingtalkSimulatorOptions = {}): Promise<DingtalkSimulator> {
  const vendorApp = openApp();
  const inbox = new NoticeInbox();
  const faults = new FaultPlan();
  const tokens = new Tokens(vendorApp, () => options.tokenLifetimeSeconds ?? 7200);
  const limits = new Limits({
    callsPerSecond: options.callsPerSecond ?? 40,
    peoplePerMinute: options.peoplePerMinute ?? 5000,
    perUserDay: options.perUserDay ?? 500,
  });
  const operations = new Operations(vendorApp, inbox, limits, () => options.resultDelayMs ?? 0);
  const vendor = { tokens, operations, limits, inbox, faults, trustedIps: () => options.trustedIps };
  const app = createServer({ ...vendor, now: options.now ?? Date.now });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...vendorApp },
    received: () => inbox.messages.filter(isWithUser).map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => faults.order(fault, count),
    revokeToken: () => tokens.revoke(),
    read: (userId) => inbox.read(userId),
    droppedCount: () => inbox.messages.filter(({ state }) => state === "dropped").length,
    close,
  };
}

const isWithUser = ({ state }: SimulatedNotice) => state === "arrived" || state === "read";
