import { Agent } from "undici";
import { createGuardedConnector, type ResolveHost, resolveHost } from "./address-guard.ts";
import type { Answer } from "./answer.ts";
import { Exchange } from "./exchange.ts";
import type { OutboundPolicy } from "./policy.ts";

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** From the first byte of the dialling to the last byte of the answer. */
  timeoutMs: number;
}

export interface HttpClient {
  /** Sends a request once, follows no redirect. Never rejects. */
  send(request: HttpRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** Connections to the servers of all channels, kept open between requests. */
export function createHttpClient(policy: OutboundPolicy, resolve: ResolveHost = resolveHost): HttpClient {
  const agent = new Agent({
    connect: createGuardedConnector(policy, resolve),
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_ANSWER_BYTES,
    // The exchange holds one deadline over the whole request; a timeout between bytes lets an answer drip on.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A second request on a connection whose first one hangs would share its fate.
    pipelining: 1,
  });
  return {
    send: ({ method, url, headers, body, timeoutMs }) =>
      new Promise((settle) => {
        const path = `${url.pathname}${url.search}`;
        agent.dispatch({ origin: url.origin, path, method, headers, body }, new Exchange(timeoutMs, settle));
      }),
    close: () => agent.destroy(),
  };
}
