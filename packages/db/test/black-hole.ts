import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that can fall silent: it keeps every connection open and passes nothing on, like a half-open link. */
export interface BlackHole {
  port: number;
  /** From now on swallow every byte, of new connections too. */
  swallow(): void;
  /** The same in the middle: so many bytes more of each connection reach the target. */
  swallowAfter(byteCount: number): void;
  /** Pass bytes on again; the connections from before stay dead. */
  recover(): void;
  close(): Promise<void>;
}

interface Link {
  open: boolean;
  /** Bytes that still reach the target. */
  left: number;
}

/** Listens on a free port of 127.0.0.1 and forwards to the given one. */
export async function openBlackHole(targetPort: number): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  const links = new Set<Link>();
  let swallowing = false;

  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    const link: Link = { open: !swallowing, left: Number.POSITIVE_INFINITY };
    links.add(link);
    forward(near, far, link, (bytes) => deliver(far, link, bytes));
    forward(far, near, link, (bytes) => near.write(bytes));
  });

  function deliver(far: Socket, link: Link, bytes: Buffer): void {
    far.write(bytes.subarray(0, Math.min(bytes.length, link.left)));
    link.left -= bytes.length;
    if (link.left <= 0) link.open = false;
  }

  function forward(from: Socket, to: Socket, link: Link, pass: (bytes: Buffer) => void): void {
    sockets.add(from);
    from.on("data", (bytes) => link.open && pass(bytes));
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
    swallowAfter: (byteCount) => {
      swallowing = true;
      for (const link of links) link.left = byteCount;
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
