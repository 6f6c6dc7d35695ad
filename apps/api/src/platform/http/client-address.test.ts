import { describe, expect, it } from "vitest";
import { clientAddress, isNetwork, trustedProxies } from "./client-address.ts";

const proxies = trustedProxies(["10.0.0.0/8", "192.0.2.1", "fd00::/8"]);

describe("the client's address", () => {
  it.each([
    ["is the peer's where nothing is forwarded", "203.0.113.9", undefined, "203.0.113.9"],
    ["is the peer's where the peer is no trusted proxy", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["is what a trusted proxy reports", "10.1.2.3", "203.0.113.9", "203.0.113.9"],
    ["is the rightmost that is no proxy", "10.1.2.3", "6.6.6.6, 203.0.113.9, 192.0.2.1", "203.0.113.9"],
    ["is the leftmost where all are proxies", "10.1.2.3", "10.9.9.9, 192.0.2.1", "10.9.9.9"],
    ["is the proxy's where it reports nonsense", "10.1.2.3", "203.0.113.9, unknown", "10.1.2.3"],
    ["is the proxy's where it reports nothing", "10.1.2.3", "", "10.1.2.3"],
    ["comes without port", "10.1.2.3", "203.0.113.9:4711", "203.0.113.9"],
    ["comes without brackets", "fd00::1", "[2001:db8::7]:443", "2001:db8::7"],
    ["is IPv4 where it is written as IPv6", "::ffff:10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"],
    ["is unknown where there is no socket", "", "203.0.113.9", ""],
  ])("%s", (_, peer, forwardedFor, expected) => {
    expect(clientAddress(peer, forwardedFor, proxies)).toBe(expected);
  });

  it("is always the peer's where no proxy is trusted", () => {
    expect(clientAddress("127.0.0.1", "203.0.113.9", trustedProxies([]))).toBe("127.0.0.1");
  });
});

it("knows addresses and networks from other text", () => {
  expect(["10.0.0.0/8", "::1", "fd00::/8", "127.0.0.1"].every(isNetwork)).toBe(true);
  expect(["", "10.0.0.0/33", "10.0.0/8", "localhost", "::1/129", "10.0.0.0/8/8"].some(isNetwork)).toBe(false);
});
