import {
  FaultPlan,
  Inbox,
  type Listening,
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

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The vendor asks three times more, within seconds. */
const RETRY_DELAYS_MS = [5000, 5000, 5000];

export interface WechatSimulatorOptions extends SimulatorOptions {
  /** Read at each new token, default 7,200. */
  tokenLifetimeSeconds?: number;
  /** Calls of one interface a minute before `45011`, default 10,000. */
  callsPerMinute?: number;
  /** Calls of one interface a day before `45009`; the default depends on the kind of account. */
  callsPerDay?: number;
  /** Subscription messages to one user a second before `43108`, default 5. */
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

export interface WechatSimulator extends Simulator {
  /** Ends the current access token before its time. */
  revokeToken(): void;
  /** Asks `receiptsUrl` whether it is listening, as when somebody enters it in the vendor's console. */
  proveAddress(): Promise<boolean>;
}

/** What depends on the kind of account. */
export interface AccountKind {
  callsPerDay: number;
  /** The scene of the question by which users are asked for a consent. */
  popupScene: string;
}

/** The vendor without its interface for messages. */
export interface Vendor {
  account: Account;
  inbox: Inbox<SimulatedNotice>;
  tokens: StableTokens;
  allowances: Allowances;
  pusher: SealedPusher<VendorEvent>;
  /** Pushes an event to the account. */
  tell(event: VendorEvent): void;
  /** Calls of one interface a minute and a day. */
  minutes: WindowCount;
  days: WindowCount;
  /** Subscription messages to one user a second. */
  users: WindowCount;
  faults: FaultPlan;
  /** The addresses that the account may be called from; any, if there are none. */
  trustedIps(): string[] | undefined;
  now(): number;
}

export function openVendor(
  options: WechatSimulatorOptions,
  { callsPerDay, popupScene }: AccountKind,
): Vendor {
  const account = openAccount();
  const now = options.now ?? Date.now;
  const pusher = createPusher(account, options, now);
  const tell = (event: VendorEvent) => pusher.tell(event);
  return {
    account,
    inbox: new Inbox<SimulatedNotice>(),
    tokens: new StableTokens(account, {
      refusals: TOKEN_REFUSALS,
      lifetimeMs: () => (options.tokenLifetimeSeconds ?? 7200) * 1000,
    }),
    allowances: new Allowances(popupScene, tell),
    pusher,
    tell,
    minutes: new WindowCount(options.callsPerMinute ?? 10_000, MINUTE_MS),
    days: new WindowCount(options.callsPerDay ?? callsPerDay, DAY_MS),
    users: new WindowCount(options.perUserSecond ?? 5, SECOND_MS),
    faults: new FaultPlan(),
    trustedIps: () => options.trustedIps,
    now,
  };
}

function createPusher(
  account: Account,
  options: WechatSimulatorOptions,
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

/** What tests and demos get of a vendor that listens. */
export function toSimulator(
  { account, inbox, faults, tokens, pusher }: Vendor,
  { origin, close }: Listening,
): WechatSimulator {
  const { originalId: _, ...keys } = account;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...keys },
    received: () =>
      inbox.messages
        .filter(({ state }) => state === "arrived")
        .map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => faults.order(fault, count),
    revokeToken: () => tokens.revoke(),
    proveAddress: () => pusher.proveAddress(),
    close: () => {
      pusher.close();
      return close();
    },
  };
}
