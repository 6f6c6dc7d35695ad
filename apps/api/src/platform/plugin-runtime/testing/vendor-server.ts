import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

interface VendorRequest {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface VendorServer {
  origin: string;
  /** `host:port`, as it stands in `allowedEndpoints`. */
  endpoint: string;
  port: number;
  requests: VendorRequest[];
  /** Connections accepted so far, whether a request came over them or not. */
  connectionCount(): number;
  close(): Promise<void>;
}

export type VendorBehaviour = (request: VendorRequest, response: ServerResponse, socket: Socket) => void;

/** A real HTTP server on 127.0.0.1 that answers as it is told. */
export async function startVendor(behave: VendorBehaviour = (_, response) => response.end("{}")) {
  const requests: VendorRequest[] = [];
  let connectionCount = 0;
  const server = createServer(async (message, response) => {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part);
    const { method = "", url = "", headers } = message;
    const request = { method, url, headers, body: Buffer.concat(parts).toString() };
    requests.push(request);
    behave(request, response, message.socket);
  });
  server.on("connection", () => {
    connectionCount += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    endpoint: `127.0.0.1:${port}`,
    port,
    requests,
    connectionCount: () => connectionCount,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  } satisfies VendorServer;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startVendor();
  await server.close();
  return server.port;
}
