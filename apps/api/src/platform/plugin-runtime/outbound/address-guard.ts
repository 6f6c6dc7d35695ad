import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { notPublic } from "./blocked-error.ts";
import { CONNECT_TIMEOUT_MS } from "./limits.ts";
import type { OutboundPolicy } from "./policy.ts";
import { isPublicAddress } from "./public-address.ts";

/** Answers all addresses of a host name. */
export type ResolveHost = (host: string) => Promise<LookupAddress[]>;

export const resolveHost: ResolveHost = (host) => lookup(host, { all: true });

/** The addresses of a host, if every one of them is public: one private address spoils them all. */
export async function resolvePublic(host: string, resolve: ResolveHost): Promise<LookupAddress[]> {
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (!addresses.every(({ address }) => isPublicAddress(address))) throw notPublic();
  return addresses;
}

/** The key of a server in `allowedEndpoints`. */
export function endpointOf(hostname: string, port: string | number): string {
  return isIP(hostname) === 6 ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Opens connections to public addresses, and to the endpoints the policy allows. The check sits in the lookup
 * of the connection itself, so the address that was checked is the one that is dialled, whatever the name
 * resolves to a moment later. An address written in the URL is never looked up; it is checked before.
 */
export function createGuardedConnector(
  policy: OutboundPolicy,
  resolve: ResolveHost,
): buildConnector.connector {
  const connectAnywhere = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  const connectPublic = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup(resolve) });
  return (target, callback) => {
    const { hostname, protocol } = target;
    const port = target.port || (protocol === "https:" ? 443 : 80);
    if (policy.allowedEndpoints.has(endpointOf(hostname, port))) return connectAnywhere(target, callback);
    if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) return callback(notPublic(), null);
    return connectPublic(target, callback);
  };
}

function publicLookup(resolve: ResolveHost): LookupFunction {
  return (host, options, callback) => {
    resolvePublic(host, resolve).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all || !first) callback(first ? null : noAddress(host), addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

const noAddress = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`no address for ${host}`), { code: "ENOTFOUND" });
