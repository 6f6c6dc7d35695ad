import ipaddr from "ipaddr.js";

/** What IANA hands out as global unicast; everything else in IPv6 is special in one way or another. */
const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");

/** A platform service that answers only from inside a hosting provider's machines, at a public address. */
const HOST_PLATFORM = ipaddr.parseCIDR("168.63.129.16/32");

/**
 * Whether an IP address may be dialled on behalf of a tenant: global unicast, and not one of the ranges that
 * stand for something else (private, loopback, link-local with the metadata services, carrier-grade NAT,
 * IPv4-mapped, 6to4, Teredo, NAT64, documentation, multicast). What cannot be read is refused.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== "unicast") return false;
  if (address.kind() === "ipv4") return !address.match(HOST_PLATFORM);
  // The library calls ::7f00:1 unicast, though the obsolete IPv4-compatible form means 127.0.0.1.
  return address.match(GLOBAL_IPV6);
}
