import { isIP } from "node:net";
import { endpointOf, type ResolveHost, resolveHost, resolvePublic } from "./address-guard.ts";
import type { Answer } from "./answer.ts";
import { BlockedError } from "./blocked-error.ts";
import { readDestination } from "./destination.ts";
import { createHttpClient } from "./http-client.ts";
import type { OutboundPolicy } from "./policy.ts";

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** From the first byte of the dialling to the last byte of the answer. */
  timeoutMs: number;
}

/** What calls addresses that tenants have typed in: as guarded as the calls of channels. */
export interface GuardedClient {
  /** Why the address may not be called, in words for who typed it; undefined if it may be tried. */
  findObstacle(url: string): Promise<string | undefined>;
  /** Posts once, follows no redirect. Never rejects. */
  post(request: PostRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** Any host may be named; the guard sits in the connection. */
function readUrl(text: string, policy: OutboundPolicy): URL {
  return readDestination(text, new Set([URL.parse(text)?.hostname ?? ""]), policy);
}

const LOOKUP_TIMEOUT_MS = 2_000;

export function createGuardedClient(
  policy: OutboundPolicy,
  resolve: ResolveHost = resolveHost,
): GuardedClient {
  const client = createHttpClient(policy, resolve);

  async function assertPublic({ hostname, port, protocol }: URL): Promise<void> {
    const dialled = port || (protocol === "https:" ? "443" : "80");
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    if (policy.allowedEndpoints.has(endpointOf(host, dialled)) || isIP(host) !== 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((settle) => {
      timer = setTimeout(settle, LOOKUP_TIMEOUT_MS);
    });
    // A name that nobody knows at the moment is tried when it is called.
    const lookup = resolvePublic(host, resolve).catch((error) => {
      if (error instanceof BlockedError) throw error;
    });
    await Promise.race([lookup, patience]).finally(() => clearTimeout(timer));
  }

  return {
    async findObstacle(url) {
      try {
        await assertPublic(readUrl(url, policy));
        return undefined;
      } catch (error) {
        if (error instanceof BlockedError) return error.message;
        throw error;
      }
    },

    async post({ url, headers, body, timeoutMs }) {
      try {
        const destination = readUrl(url, policy);
        return await client.send({ method: "POST", url: destination, headers, body, timeoutMs });
      } catch (error) {
        if (error instanceof BlockedError) return { error: "blocked", detail: error.message };
        throw error;
      }
    },

    close: () => client.close(),
  };
}
