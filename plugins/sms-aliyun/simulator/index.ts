import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Simulator, SimulatorOptions } from "@tidings/sdk/testing";
import { FaultPlan, Inbox, openAccount, RateLimit } from "./account.ts";
import { ReceiptPusher } from "./receipts.ts";
import { createServer } from "./server.ts";

const HOST = "127.0.0.1";
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
    inbox: new Inbox(),
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
  }) as Server;
  const origin = await listen(server, options.port ?? 0);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, ...vendor.account },
    received: () =>
      vendor.inbox.messages.map(({ to, text, ref, at }) => ({ to, text, ...(ref && { ref }), at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close: () => {
      vendor.receipts.close();
      return close(server);
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve(`http://${HOST}:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
