import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions, WindowCount } from "@tidings/sdk/testing";
import { openApp } from "./app.ts";
import { EventPusher } from "./events.ts";
import { Inbox } from "./inbox.ts";
import { Operations } from "./operations.ts";
import { createServer } from "./server.ts";
import { Tokens } from "./tokens.ts";

export { demo } from "./demo.ts";

const SECOND_MS = 1000;
/** The vendor's pauses: 15 seconds, 5 minutes, an hour, 6 hours. */
const RETRY_DELAYS_MS = [15_000, 300_000, 3_600_000, 21_600_000];

export interface FeishuSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 7,200. */
  tokenLifetimeSeconds?: number;
  /** Calls of one interface a second and a minute before `99991400`, default 50 and 1,000. */
  callsPerSecond?: number;
  callsPerMinute?: number;
  /** Messages to one user a second before `230020`, default 5. */
  perUserSecond?: number;
  /** The addresses that the app may be called from; read at each call, any unless given. */
  trustedIps?: string[];
  /** Whether the company has disabled the app; read at each call. */
  isDisabled?: boolean;
  /** The waits before each repeat of a push that was not taken, by default the vendor's. */
  retryDelaysMs?: number[];
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface FeishuSimulator extends Simulator {
  /** Ends all tokens before their time, as the vendor may. */
  revokeToken(): void;
  /** The user opens the chat: what has arrived is read, and the app is told. */
  read(userId: string): void;
  /** Asks `receiptsUrl` whether it is listening, as when somebody enters it in the developer console. */
  proveAddress(): Promise<boolean>;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(options: FeishuSimulatorOptions = {}): Promise<FeishuSimulator> {
  const vendorApp = openApp();
  const inbox = new Inbox();
  const faults = new FaultPlan();
  const now = options.now ?? Date.now;
  const tokens = new Tokens(vendorApp, () => options.tokenLifetimeSeconds ?? 7200);
  const events = new EventPusher(vendorApp, {
    receiptsUrl: () => options.receiptsUrl,
    delayMs: options.receiptDelayMs ?? 300,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    now,
  });
  const app = createServer({
    tokens,
    operations: new Operations(inbox, options.perUserSecond ?? 5),
    seconds: new WindowCount(options.callsPerSecond ?? 50, SECOND_MS),
    minutes: new WindowCount(options.callsPerMinute ?? 1000, 60 * SECOND_MS),
    inbox,
    faults,
    isActive: () => options.isDisabled !== true,
    trustedIps: () => options.trustedIps,
    now,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...vendorApp },
    received: () =>
      inbox.messages
        .filter(({ state }) => state !== "recalled")
        .map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => faults.order(fault, count),
    revokeToken: () => tokens.revoke(),
    read: (userId) => events.tellRead(userId, inbox.read(userId)),
    proveAddress: () => events.proveAddress(),
    close: () => {
      events.close();
      return close();
    },
  };
}
