import { connect, createServer, type Socket } from "node:net";
import { obey, readSettings, tell } from "./parent.ts";

/**
 * Passes bytes on to a port of this machine. Told to `forget`, it keeps the connections it has open and passes
 * nothing on any more, to either side: half-open sockets, as a firewall that lost its state leaves them.
 */
const { target } = readSettings<{ target: number }>();
const pairs = new Set<{ near: Socket; far: Socket }>();

const server = createServer((near) => {
  const far = connect(target, "127.0.0.1");
  const pair = { near, far };
  pairs.add(pair);
  near.pipe(far);
  far.pipe(near);
  const end = () => {
    if (!pairs.delete(pair)) return;
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) socket.on("error", end).on("close", end);
});

function forget(): void {
  for (const { near, far } of pairs) {
    near.unpipe(far);
    far.unpipe(near);
    // The server's side is told nothing either, until it gives up by itself.
    near.resume();
    far.resume();
  }
  pairs.clear();
}

obey((order) => {
  if (order.forget) forget();
  return undefined;
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  tell({ port: typeof address === "object" && address ? address.port : 0 });
});
