import type { AddressInfo, Server, Socket } from "node:net";

const HOST = "127.0.0.1";

export interface Listening {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

/**
 * Lets a simulator's server, of HTTP/1.1 or HTTP/2, listen on this machine alone.
 *
 * @param port 0 takes a free one
 * @throws if the port is taken
 */
export async function listen(server: Server, port = 0): Promise<Listening> {
  const sockets = followSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  return {
    origin: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function followSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}
