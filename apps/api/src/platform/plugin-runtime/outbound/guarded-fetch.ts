import { Agent, fetch as undiciFetch } from "undici";
import { createGuardedConnector, type ResolveHost, resolveHost } from "./address-guard.ts";
import { readDestination } from "./destination.ts";
import type { OutboundPolicy } from "./policy.ts";

/** What fetches for an operator, who names the server: as guarded as the calls of channels. */
export interface GuardedFetch {
  fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * `fetch` that dials public https servers only, and follows no redirect. Whoever reads a body bounds it, and gives a
 * signal that ends the wait.
 */
export function createGuardedFetch(policy: OutboundPolicy, resolve: ResolveHost = resolveHost): GuardedFetch {
  const agent = new Agent({ connect: createGuardedConnector(policy, resolve), pipelining: 1 });
  const guarded: typeof undiciFetch = async (input, init) => {
    const text = input instanceof URL ? input.href : String(input);
    const url = readDestination(text, new Set([new URL(text).hostname]), policy);
    return undiciFetch(url, { ...init, redirect: "error", dispatcher: agent });
  };
  return { fetch: guarded as unknown as typeof fetch, close: () => agent.destroy() };
}
