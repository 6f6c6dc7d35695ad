import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP line to a vendor that can be cut and mended, and can be slow on the way back. */
export interface Line {
  host: string;
  port: number;
  /** Closes the port and every connection: who calls is refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startLine(target: { host: string; port: number }, answerDelayMs = 0): Promise<Line> {
  const sockets = new Set<Socket>();
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const open = (port: number) => {
    const server = createServer((caller) => {
      const callee = connect(target.port, target.host);
      hold(caller);
      hold(callee);
      caller.pipe(callee);
      callee.on(
        "data",
        (data) => void setTimeout(() => caller.writable && caller.write(data), answerDelayMs),
      );
      callee.on("close", () => void setTimeout(() => caller.destroy(), answerDelayMs));
      caller.on("close", () => callee.destroy());
    });
    return new Promise<typeof server>((resolve) => server.listen(port, HOST, () => resolve(server)));
  };
  let server: Awaited<ReturnType<typeof open>> | undefined = await open(0);
  const { port } = server.address() as AddressInfo;

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }

  return {
    host: HOST,
    port,
    cut,
    async mend() {
      server ??= await open(port);
    },
    close: cut,
  };
}
