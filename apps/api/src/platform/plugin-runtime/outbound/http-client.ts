import { Agent } from "undici";
import { createGuardedConnector, type ResolveHost, resolveHost } from "./address-guard.ts";
import type { Answer } from "./answer.ts";
import { Exchange } from "./exchange.ts";
import type { HttpRequest } from "./http-request.ts";
import { createDial } from "./http2/dial.ts";
import { createHttp2Client } from "./http2/http2-client.ts";
import { MAX_ANSWER_BYTES, MAX_HEADER_BYTES } from "./limits.ts";
import type { OutboundPolicy } from "./policy.ts";

export interface HttpClient {
  /** Sends a request once, follows no redirect. Never rejects. */
  send(request: HttpRequest): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Connections to the servers of all channels, kept open between requests. `roots` are certificates in PEM to be trusted
 * instead of the system's.
 */
export function createHttpClient(
  policy: OutboundPolicy,
  resolve: ResolveHost = resolveHost,
  roots?: string[],
): HttpClient {
  const connect = createGuardedConnector(policy, resolve);
  const http2 = createHttp2Client(createDial(connect, roots));
  const agent = new Agent({
    connect,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_ANSWER_BYTES,
    // The exchange holds one deadline over the whole request; a timeout between bytes lets an answer drip on.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A second request on a connection whose first one hangs would share its fate.
    pipelining: 1,
  });
  return {
    send: (request) =>
      new Promise((settle) => {
        const exchange = new Exchange(request.timeoutMs, settle);
        if (request.http2 !== undefined) return http2.dispatch(request, request.http2, exchange);
        const { method, url, headers, body } = request;
        const path = `${url.pathname}${url.search}`;
        agent.dispatch({ origin: url.origin, path, method, headers, body }, exchange);
      }),
    async close() {
      http2.close();
      await agent.destroy();
    },
  };
}
