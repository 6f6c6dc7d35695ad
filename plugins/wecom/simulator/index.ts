import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions, WindowCount } from "@tidings/sdk/testing";
import { NoticeInbox, openCompany } from "./company.ts";
import { Operations } from "./operations.ts";
import { createServer } from "./server.ts";
import { Tokens } from "./tokens.ts";

export { demo } from "./demo.ts";

const HOUR_MS = 3_600_000;

export interface WecomSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 7,200. */
  tokenLifetimeSeconds?: number;
  /** Token requests an hour before `45009`, default 300. */
  tokensPerHour?: number;
  /** Calls of one interface a minute before `45009`, default 10,000. */
  callsPerMinute?: number;
  /** Accounts of the company, default 1,000: an app may send 200 times as often a day. */
  accountCount?: number;
  /** What one member gets of the app within a minute and an hour, default 30 and 1,000; the rest is dropped unseen. */
  perMemberMinute?: number;
  perMemberHour?: number;
  /** The addresses that the app may be called from; read at each call, any unless given. */
  trustedIps?: string[];
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface WecomSimulator extends Simulator {
  /** Ends the current access token before its time, as the vendor may. */
  revokeToken(): void;
  /** How many messages were dropped because their member had got too many. */
  droppedCount(): number;
}

/** Starts the vendor's fake. */
export async function startSimulator(options: WecomSimulatorOptions = {}): Promise<WecomSimulator> {
  const company = openCompany();
  const inbox = new NoticeInbox();
  const faults = new FaultPlan();
  const tokens = new Tokens(
    company,
    () => (options.tokenLifetimeSeconds ?? 7200) * 1000,
    new WindowCount(options.tokensPerHour ?? 300, HOUR_MS),
  );
  const operations = new Operations(company, inbox, {
    callsPerMinute: options.callsPerMinute ?? 10_000,
    accountCount: options.accountCount ?? 1000,
    perMemberMinute: options.perMemberMinute ?? 30,
    perMemberHour: options.perMemberHour ?? 1000,
  });
  const now = options.now ?? Date.now;
  const app = createServer({ tokens, operations, inbox, faults, trustedIps: () => options.trustedIps, now });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { origin, close } = await listen(server, options.port);
  const { corpId, agentId, secret } = company;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, corpId, agentId, secret },
    received: () =>
      inbox.messages.filter(({ state }) => state === "arrived").map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => faults.order(fault, count),
    revokeToken: () => tokens.revoke(),
    droppedCount: () => inbox.messages.filter(({ state }) => state === "dropped").length,
    close,
  };
}
