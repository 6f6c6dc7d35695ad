import { createAdaptorServer } from "@hono/node-server";
import {
  FaultPlan,
  Inbox,
  listen,
  type Simulator,
  type SimulatorOptions,
  WindowCount,
} from "@tidings/sdk/testing";
import { openAccount } from "./account.ts";
import type { SimulatedNotification } from "./notification.ts";
import { createServer } from "./server.ts";
import { Tokens } from "./tokens.ts";

export { demo } from "./demo.ts";

const MINUTE_MS = 60_000;

export interface FcmSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 3,599 as at the vendor. */
  tokenLifetimeSeconds?: number;
  /** Messages of the project a minute before `QUOTA_EXCEEDED`, default 600,000. */
  perMinute?: number;
  /** Messages to one device a minute before `QUOTA_EXCEEDED`, default 240. */
  perDeviceMinute?: number;
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface FcmSimulator extends Simulator {
  /** Ends all access tokens before their time. */
  revokeTokens(): void;
  /** How many access tokens were given. */
  tokenCount(): number;
}

/** Starts the vendor's fake. */
export async function startSimulator(options: FcmSimulatorOptions = {}): Promise<FcmSimulator> {
  const account = openAccount();
  const inbox = new Inbox<SimulatedNotification>();
  const faults = new FaultPlan();
  const tokens = new Tokens(account, () => options.tokenLifetimeSeconds ?? 3599);
  const app = createServer({
    account,
    inbox,
    faults,
    tokens,
    projectMinutes: new WindowCount(options.perMinute ?? 600_000, MINUTE_MS),
    deviceMinutes: new WindowCount(options.perDeviceMinute ?? 240, MINUTE_MS),
    now: options.now ?? Date.now,
  });
  const { origin, close } = await listen(createAdaptorServer({ fetch: app.fetch }), options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: {
      projectId: account.projectId,
      serviceAccount: account.keyFile,
      form: "notification",
      priority: "high",
      ttlSeconds: 86_400,
      endpoint: origin,
      tokenEndpoint: origin,
    },
    received: () => inbox.messages.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => faults.order(fault, count),
    revokeTokens: () => tokens.revoke(),
    tokenCount: () => tokens.givenCount,
    close,
  };
}
