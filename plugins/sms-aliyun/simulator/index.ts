import { createAdaptorServer } from "@hono/node-server";
import { FaultPlan, Inbox, listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { openAccount, RateLimit, type SimulatedSms } from "./account.ts";
import { ReceiptPusher } from "./receipts.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

// A call with 1,000 numbers in its query is 14 kB, close to Node's default of 16 kB for all headers.
const MAX_HEADER_BYTES = 64 * 1024;

export interface SmsSimulatorOptions extends SimulatorOptions {
  /** Calls per second before `Throttling.User`, default 5,000 like the vendor's. */
  callsPerSecond?: number;
  /** Waits before a refused push of receipts is repeated; the vendor's are 1, 5 and 10 minutes. */
  retryDelaysMs?: number[];
  /** Approved templates that are listed beside those with a wording, default none. */
  furtherTemplateCount?: number;
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each push, so it may be set later. */
export async function startSimulator(options: SmsSimulatorOptions = {}): Promise<Simulator> {
  const vendor = {
    account: openAccount(),
    inbox: new Inbox<SimulatedSms>(),
    faults: new FaultPlan(),
    rateLimit: new RateLimit(options.callsPerSecond ?? 5000),
    receipts: new ReceiptPusher({
      receiptsUrl: () => options.receiptsUrl,
      delayMs: options.receiptDelayMs ?? 300,
      retryDelaysMs: options.retryDelaysMs ?? [1000, 5000, 10_000],
    }),
    furtherTemplateCount: options.furtherTemplateCount ?? 0,
  };
  const app = createServer(vendor);
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES },
  });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...vendor.account },
    received: () =>
      vendor.inbox.messages.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close: () => {
      vendor.receipts.close();
      return close();
    },
  };
}
