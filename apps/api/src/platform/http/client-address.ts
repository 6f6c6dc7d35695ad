import { BlockList, isIP } from "node:net";

/** Proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = Pick<BlockList, "check">;

/** Whether the text is an address or a network in CIDR notation: `10.0.0.0/8`, `2001:db8::1`. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || address.includes("%") || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** The proxies in these addresses and networks; each has to be one (`isNetwork`). */
export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

/**
 * Who is at the other end: the peer, or, where trusted proxies stand between, the rightmost address they report that is
 * none of theirs. What stands further to the left was written by whoever called them and proves nothing. An entry that
 * is no address ends the way back at the proxy that reported it.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  // What a socket says without a colon is an IPv4 address as it is.
  let client = peer.includes(":") ? (readAddress(peer) ?? peer) : peer;
  if (forwardedFor === undefined) return client;
  for (const hop of forwardedFor.split(",").reverse()) {
    const address = readAddress(hop.trim());
    if (!address || !isIP(client) || !proxies.check(client, familyOf(client))) break;
    client = address;
  }
  return client;
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** An address without port, brackets and zone; IPv4 in IPv6 notation becomes IPv4. */
function readAddress(text: string): string | undefined {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? undefined : address;
}
