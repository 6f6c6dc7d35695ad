import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Simulator, SimulatorOptions } from "@tidings/sdk/testing";
import { FaultPlan, Inbox, openAccount } from "./account.ts";
import { Callbacks } from "./callbacks.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

const HOST = "127.0.0.1";

export interface SmsSimulatorOptions extends SimulatorOptions {
  /** Waits before a refused callback is repeated; the vendor repeats three times, the last after twelve hours. */
  retryDelaysMs?: number[];
}

/** Starts the vendor's fake. `options.receiptsUrl` is read at each callback, so it may be set later. */
export async function startSimulator(options: SmsSimulatorOptions = {}): Promise<Simulator> {
  const account = openAccount();
  const vendor = {
    account,
    inbox: new Inbox(),
    faults: new FaultPlan(),
    callbacks: new Callbacks({
      account,
      receiptsUrl: () => options.receiptsUrl,
      delayMs: options.receiptDelayMs ?? 300,
      retryDelaysMs: options.retryDelaysMs ?? [1000, 5000, 10_000],
    }),
  };
  const server = createAdaptorServer({ fetch: createServer(vendor).fetch }) as Server;
  const origin = await listen(server, options.port ?? 0);
  const { appKey, masterSecret, signId } = account;
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: origin, appKey, masterSecret, signId },
    received: () => vendor.inbox.messages.map(({ to, text, at }) => ({ to, text, at })),
    misbehave: (fault, count) => vendor.faults.order(fault, count),
    close: () => {
      vendor.callbacks.close();
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
