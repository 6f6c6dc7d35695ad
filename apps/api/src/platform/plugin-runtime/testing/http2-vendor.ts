import { once } from "node:events";
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";

interface Http2Request {
  stream: ServerHttp2Stream;
  headers: IncomingHttpHeaders;
  body: string;
  session: Http2Session;
  /** Cuts all connections, below HTTP/2. */
  cut(): void;
}

export type Http2Behaviour = (request: Http2Request) => void;

/** A real HTTP/2 server on 127.0.0.1, with TLS if it has a certificate, that answers as it is told. */
export async function startHttp2Vendor(
  behave: Http2Behaviour,
  { certificate, maxConcurrentStreams = 100 }: Http2VendorOptions = {},
) {
  const requests: Pick<Http2Request, "headers" | "body">[] = [];
  const sockets = new Set<Socket>();
  const settings = { maxConcurrentStreams };
  const server = certificate ? createSecureServer({ ...certificate, settings }) : createServer({ settings });
  (server as Http2Server).on("connection", (socket: Socket) => sockets.add(socket));
  server.on("session", (session) => session.on("error", () => undefined));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => undefined);
    const { session } = stream;
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part);
    const request = { headers, body: Buffer.concat(parts).toString() };
    requests.push(request);
    if (session) behave({ ...request, stream, session, cut });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate ? "https" : "http"}://127.0.0.1:${port}`,
    endpoint: `127.0.0.1:${port}`,
    requests,
    connectionCount: () => sockets.size,
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

export interface Http2VendorOptions {
  certificate?: { key: string; cert: string };
  /** The most streams at once on a connection, default 100. */
  maxConcurrentStreams?: number;
}

/** Answers with 200 and a text. */
export const answerWith = (stream: ServerHttp2Stream, body = "{}"): void => {
  stream.respond({ ":status": 200 });
  stream.end(body);
};
