import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Simulator, SimulatorOptions } from "@tidings/sdk/testing";
import { Receiver } from "./receiver.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

const HOST = "127.0.0.1";

/** Starts a receiver as a tenant would run it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const receiver = new Receiver();
  const server = createAdaptorServer({ fetch: createServer(receiver).fetch }) as Server;
  const origin = await listen(server, options.port ?? 0);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { url: `${origin}/hook`, secret: receiver.secret },
    received: () => receiver.messages.map(({ to, text, ref, at }) => ({ to, text, ref, at })),
    misbehave: (fault, count) => receiver.misbehave(fault, count),
    close: () => close(server),
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
