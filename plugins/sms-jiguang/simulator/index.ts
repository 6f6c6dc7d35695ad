import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, Inbox, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { openAccount, type SimulatedSms } from "./account.ts";
import { Callbacks } from "./callbacks.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

export interface SmsSimulatorOptions extends SimulatorOptions {
  /** Waits before a refused callback is repeated; the vendor repeats three times, the last after twelve hours. */
  retryDelaysMs?: number[];
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each callback, so it may be set later. */
export async function startSimulator(options: SmsSimulatorOptions = {}): Promise<Simulator> {
  const account = openAccount();
  const vendor = {
    account,
    inbox: new Inbox<SimulatedSms>(),
    faults: new FaultPlan(),
    callbacks: new Callbacks({
      account,
      receiptsUrl: () => options.receiptsUrl,
      delayMs: options.receiptDelayMs ?? 300,
      retryDelaysMs: options.retryDelaysMs ?? [1000, 5000, 10_000],
    }),
  };
  const server = createAdaptorServer({ fetch: createServer(vendor).fetch });
  const { origin, close } = await listen(server, options.port);
  const { appKey, masterSecret, signId } = account;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, appKey, masterSecret, signId },
    received: () => vendor.inbox.messages.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close: () => {
      vendor.callbacks.close();
      return close();
    },
  };
}
