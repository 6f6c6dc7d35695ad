import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { openAccount } from "./account.ts";
import { Inbox } from "./inbox.ts";
import { type CallLimits, RateLimit, VENDOR_CALL_LIMITS } from "./limits.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

export interface PushSimulatorOptions extends SimulatorOptions {
  /** Calls per minute before 2002, by default the vendor's for free apps. */
  callLimits?: Partial<CallLimits>;
  /** False: an app that may not ask for the state of devices, default true. */
  isVip?: boolean;
}

/** Starts the vendor's fake. It pushes no receipts; `receiptDelayMs` is how long a notification is on its way. */
export async function startSimulator(options: PushSimulatorOptions = {}): Promise<Simulator> {
  const vendor = {
    account: openAccount(options.isVip ?? true),
    inbox: new Inbox(),
    faults: new FaultPlan(),
    rateLimit: new RateLimit({ ...VENDOR_CALL_LIMITS, ...options.callLimits }),
    delayMs: options.receiptDelayMs ?? 300,
  };
  const server = createAdaptorServer({ fetch: createServer(vendor).fetch });
  const { origin, close } = await listen(server, options.port);
  const { appKey, masterSecret } = vendor.account;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: {
      endpoint: origin,
      reportEndpoint: origin,
      appKey,
      masterSecret,
      audience: "registration_id",
      platforms: "all",
      timeToLiveSeconds: 86_400,
      apnsProduction: true,
      classification: "system",
      checksDelivery: true,
    },
    received: () => vendor.inbox.notifications.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close,
  };
}
