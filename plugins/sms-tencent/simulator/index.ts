import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, Inbox, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { openAccount, type SimulatedSms } from "./account.ts";
import { type CallLimits, NumberGuard, type NumberLimits, RateLimit, VENDOR_CALL_LIMITS } from "./limits.ts";
import { ReceiptPusher } from "./receipts.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

export interface SmsSimulatorOptions extends SimulatorOptions {
  /** Calls per second before `RequestLimitExceeded`, by default the vendor's. */
  callLimits?: Partial<CallLimits>;
  /** Messages to one number before it is refused, by default any number. */
  numberLimits?: NumberLimits;
  /** Waits before a refused push of receipts is repeated; the vendor repeats twice. */
  retryDelaysMs?: number[];
  /** Reports carry the session of their call, default false as at the vendor. */
  echoesSession?: boolean;
  /** Approved templates that are listed beside those with a wording, default none. */
  furtherTemplateCount?: number;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(options: SmsSimulatorOptions = {}): Promise<Simulator> {
  const { echoesSession = false } = options;
  const vendor = {
    account: openAccount(),
    inbox: new Inbox<SimulatedSms>(),
    faults: new FaultPlan(),
    rateLimit: new RateLimit({ ...VENDOR_CALL_LIMITS, ...options.callLimits }),
    numberGuard: new NumberGuard(options.numberLimits ?? {}),
    receipts: new ReceiptPusher({
      receiptsUrl: () => options.receiptsUrl,
      delayMs: options.receiptDelayMs ?? 300,
      retryDelaysMs: options.retryDelaysMs ?? [1000, 5000],
      echoesSession,
    }),
    echoesSession,
    furtherTemplateCount: options.furtherTemplateCount ?? 0,
  };
  const server = createAdaptorServer({ fetch: createServer(vendor).fetch });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, region: "ap-guangzhou", ...vendor.account },
    received: () =>
      vendor.inbox.messages.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close: () => {
      vendor.receipts.close();
      return close();
    },
  };
}
