import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Simulator, SimulatorOptions } from "@tidings/sdk/testing";
import { handle } from "./api.ts";
import { Vendor } from "./vendor.ts";

const HOST = "127.0.0.1";

/** Starts the vendor's fake. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const vendor = new Vendor(options);
  const server = createServer((request, response) => handle(vendor, request, response));
  const origin = await listen(server, options.port ?? 0);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { endpoint: `${origin}/v1`, apiKey: vendor.apiKey },
    received: () => vendor.messages,
    misbehave: (fault, count) => vendor.misbehave(fault, count),
    close: () => close(server, vendor),
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve(`http://${HOST}:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server, vendor: Vendor): Promise<void> {
  vendor.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
