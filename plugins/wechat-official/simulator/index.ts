import { createAdaptorServer } from "@hono/node-server";
import {
  FaultPlan,
  Inbox,
  listen,
  type PushFormat,
  type PushHabit,
  type PushMode,
  SealedPusher,
  type Simulator,
  type SimulatorOptions,
  StableTokens,
  WindowCount,
} from "@tidings/sdk/testing";
import { type Account, openAccount } from "./account.ts";
import { Allowances } from "./allowances.ts";
import { TOKEN_REFUSALS } from "./answers.ts";
import { type VendorEvent, writeEvent } from "./events.ts";
import type { SimulatedNotice } from "./notice.ts";
import { Operations } from "./operations.ts";
import { createServer } from "./server.ts";
import { ATTENDANCE, SUBSCRIPTION, TEMPLATE } from "./templates.ts";

export { demo } from "./demo.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The vendor asks three times more, within seconds. */
const RETRY_DELAYS_MS = [5000, 5000, 5000];

export interface WechatOfficialSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 7,200. */
  tokenLifetimeSeconds?: number;
  /** Calls of one interface a minute before `45011`, default 10,000. */
  callsPerMinute?: number;
  /** Calls of one interface a day before `45009`, default 100,000. */
  callsPerDay?: number;
  /** Subscription notices to one user a second before `43108`, default 5. */
  perUserSecond?: number;
  /** The addresses that the account may be called from; read at each call, any unless given. */
  trustedIps?: string[];
  /** How pushes are sent; read at each push, default `safe` and `xml`. */
  pushMode?: PushMode;
  pushFormat?: PushFormat;
  pushHabit?: PushHabit;
  /** The waits before each repeat of a push that was not taken, by default the vendor's. */
  retryDelaysMs?: number[];
  /** The clock, for tests; milliseconds since 1970. */
  now?: () => number;
}

export interface WechatOfficialSimulator extends Simulator {
  /** The ids of the account's templates: one of template messages, one of one-time subscription notices. */
  templateIds: { template: string; subscription: string };
  /** The user lets the account send one more notice, or refuses; the account is told either way. */
  subscribe(openId: string, isConsent?: boolean): void;
  /** The user takes back, in the app's settings, what was consented to; the account is told. */
  unsubscribe(openId: string): void;
  /** How many notices the user still lets the account send. */
  allowanceOf(openId: string): number;
  /** Ends the current access token before its time. */
  revokeToken(): void;
  /** Asks `receiptsUrl` whether it is listening, as when somebody enters it in the vendor's console. */
  proveAddress(): Promise<boolean>;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(
  options: WechatOfficialSimulatorOptions = {},
): Promise<WechatOfficialSimulator> {
  const account = openAccount();
  const inbox = new Inbox<SimulatedNotice>();
  const faults = new FaultPlan();
  const templates = [TEMPLATE, SUBSCRIPTION, ATTENDANCE];
  const now = options.now ?? Date.now;
  const tokens = new StableTokens(account, {
    refusals: TOKEN_REFUSALS,
    lifetimeMs: () => (options.tokenLifetimeSeconds ?? 7200) * 1000,
  });
  const pusher = createPusher(account, options, now);
  const tell = (event: VendorEvent) => pusher.tell(event);
  const allowances = new Allowances(tell);
  const perUserSecond = options.perUserSecond ?? 5;
  const app = createServer({
    tokens,
    operations: new Operations({ templates, inbox, allowances, perUserSecond, tell }),
    minutes: new WindowCount(options.callsPerMinute ?? 10_000, MINUTE_MS),
    days: new WindowCount(options.callsPerDay ?? 100_000, DAY_MS),
    inbox,
    templates,
    allowances,
    faults,
    trustedIps: () => options.trustedIps,
    now,
  });
  const { origin, close } = await listen(createAdaptorServer({ fetch: app.fetch }), options.port);
  const { originalId: _, ...keys } = account;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...keys },
    templateIds: { template: TEMPLATE.id, subscription: SUBSCRIPTION.id },
    received: () =>
      inbox.messages
        .filter(({ state }) => state === "arrived")
        .map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => faults.order(fault, count),
    subscribe: (openId, isConsent = true) => allowances.answer(openId, SUBSCRIPTION.id, isConsent),
    unsubscribe: (openId) => allowances.withdraw(openId, SUBSCRIPTION.id),
    allowanceOf: (openId) => allowances.left(openId, SUBSCRIPTION.id),
    revokeToken: () => tokens.revoke(),
    proveAddress: () => pusher.proveAddress(),
    close: () => {
      pusher.close();
      return close();
    },
  };
}

function createPusher(
  account: Account,
  options: WechatOfficialSimulatorOptions,
  now: () => number,
): SealedPusher<VendorEvent> {
  return new SealedPusher(account, {
    write: writeEvent,
    receiptsUrl: () => options.receiptsUrl,
    mode: () => options.pushMode ?? "safe",
    format: () => options.pushFormat ?? "xml",
    habit: () => options.pushHabit,
    delayMs: () => options.receiptDelayMs ?? 300,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    now,
  });
}
