import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that can fall silent: it keeps every connection open and passes nothing on, like a half-open link. */
export interface BlackHole {
  port: number;
  /** From now on swallow every byte, of new connections too. */
  swallow(): void;
  /** Pass bytes on again; the connections from before stay dead. */
  recover(): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and forwards to the given one. */
export async function openBlackHole(targetPort: number): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  const links = new Set<{ open: boolean }>();
  let swallowing = false;

  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    const link = { open: !swallowing };
    links.add(link);
    forward(near, far, link);
    forward(far, near, link);
  });

  function forward(from: Socket, to: Socket, link: { open: boolean }): void {
    sockets.add(from);
    from.on("data", (bytes) => link.open && to.write(bytes));
    from.on("error", () => from.destroy());
    from.on("close", () => {
      sockets.delete(from);
      if (link.open) to.destroy();
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      swallowing = true;
      for (const link of links) link.open = false;
    },
    recover: () => {
      swallowing = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
