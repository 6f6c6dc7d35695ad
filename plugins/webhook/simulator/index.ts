import { createAdaptorServer } from "@hono/node-server";
import { listen, type Simulator, type SimulatorOptions } from "@tidings/sdk/testing";
import { Receiver } from "./receiver.ts";
import { createServer } from "./server.ts";

export { demo } from "./demo.ts";

/** Starts a receiver as a tenant would run it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const receiver = new Receiver();
  const server = createAdaptorServer({ fetch: createServer(receiver).fetch });
  const { origin, close } = await listen(server, options.port);
  return {
    url: `${origin}/`,
    endpoints: [new URL(origin).host],
    settings: { url: `${origin}/hook`, secret: receiver.secret },
    received: () => receiver.messages.map(({ to, text, ref, at }) => ({ to, text, ref, at })),
    misbehave: (fault, count) => receiver.faults.order(fault, count),
    close,
  };
}
