import type { LookupAddress } from "node:dns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostOfSetting } from "../testing/plugins.ts";
import { startVendor, type VendorServer } from "../testing/vendor-server.ts";
import { allowedHosts, readDestination } from "./destination.ts";
import { createHttpClient, type HttpClient } from "./http-client.ts";

/** Names of an internal network, as a tenant's own DNS could serve them. */
const ZONE: Record<string, LookupAddress[]> = {
  "loopback.test": [{ address: "127.0.0.1", family: 4 }],
  "private.test": [{ address: "10.0.0.1", family: 4 }],
  "metadata.test": [{ address: "169.254.169.254", family: 4 }],
  "mapped.test": [{ address: "::ffff:127.0.0.1", family: 6 }],
  "ula.test": [{ address: "fd00::1", family: 6 }],
  "mixed.test": [
    { address: "2606:4700:4700::1111", family: 6 },
    { address: "127.0.0.1", family: 4 },
  ],
};

/** Each means a place that no tenant may reach; PORT is the port of a listener on 127.0.0.1. */
const URLS = [
  "http://127.0.0.1:PORT/",
  "https://127.0.0.1:PORT/",
  "http://127.1:PORT/",
  "http://127.0.1:PORT/",
  "http://2130706433:PORT/",
  "http://0x7f000001:PORT/",
  "http://0x7f.1:PORT/",
  "http://0x7f.0x0.0x0.0x1:PORT/",
  "http://017700000001:PORT/",
  "http://0177.0.0.1:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://１２７.０.０.１:PORT/",
  "http://①②⑦.⓪.⓪.①:PORT/",
  "http://%31%32%37.0.0.1:PORT/",
  "http://127。0。0。1:PORT/",
  "http://0:PORT/",
  "http://0.0.0.0:PORT/",
  "http://127.255.255.254:PORT/",
  "http://localhost:PORT/",
  "http://LOCALHOST:PORT/",
  "http://localhost.:PORT/",
  "http://[::1]:PORT/",
  "http://[::]:PORT/",
  "http://[0:0:0:0:0:0:0:1]:PORT/",
  "http://[::ffff:127.0.0.1]:PORT/",
  "http://[::ffff:7f00:1]:PORT/",
  "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
  "http://[::127.0.0.1]:PORT/",
  "http://[::7f00:1]:PORT/",
  "http://[::ffff:0:127.0.0.1]:PORT/",
  "http://[64:ff9b::127.0.0.1]:PORT/",
  "http://[64:ff9b:1::7f00:1]:PORT/",
  "http://[2002:7f00:1::]:PORT/",
  "http://[2001:0:7f00:1::]:PORT/",
  "http://[fd00::1]:PORT/",
  "http://[fe80::1]:PORT/",
  "http://[fec0::1]:PORT/",
  "http://[ff02::1]:PORT/",
  "http://10.0.0.1:PORT/",
  "http://172.16.0.1:PORT/",
  "http://192.168.0.1:PORT/",
  "http://169.254.169.254/latest/meta-data/",
  "https://169.254.169.254/latest/meta-data/",
  "http://100.100.100.200/latest/meta-data/",
  "http://100.64.0.1:PORT/",
  "http://198.18.0.1:PORT/",
  "http://192.0.0.192/",
  "http://168.63.129.16/",
  "http://224.0.0.1:PORT/",
  "http://255.255.255.255:PORT/",
  "https://loopback.test:PORT/",
  "http://loopback.test:PORT/",
  "http://private.test:PORT/",
  "http://metadata.test/",
  "http://mapped.test:PORT/",
  "http://ula.test:PORT/",
  "http://mixed.test:PORT/",
  "http://public.test#@127.0.0.1:PORT/",
  "http://public.test@127.0.0.1:PORT/",
  "http://127.0.0.1:PORT\\@public.test/",
];

describe("a call to a place no tenant may reach", () => {
  let listener: VendorServer;
  let client: HttpClient;
  const policy = { allowedEndpoints: new Set<string>() };
  const fill = (url: string) => url.replace("PORT", String(listener.port));
  const send = (url: URL) => client.send({ method: "GET", url, headers: {}, timeoutMs: 2000 });

  beforeAll(async () => {
    listener = await startVendor();
    client = createHttpClient(policy, async (host) => ZONE[host] ?? [{ address: "127.0.0.1", family: 4 }]);
  });

  afterAll(async () => {
    await client.close();
    await listener.close();
  });

  it.each(URLS)("is refused by the connection itself: %s", async (template) => {
    const url = new URL(fill(template));
    expect(await send(url)).toMatchObject({ error: "blocked" });
    expect(listener.connectionCount()).toBe(0);
  });

  it.each(URLS)("is refused before anything is looked up: %s", (template) => {
    const url = fill(template);
    const hosts = allowedHosts([hostOfSetting("url")], { url });
    expect(() => readDestination(url, hosts, policy)).toThrow();
  });

  it("is refused whatever the name resolved to before", async () => {
    // Global unicast that nobody has been given: dialling it reaches nothing.
    const answers: LookupAddress[][] = [
      [{ address: "2d00::1", family: 6 }],
      [{ address: "127.0.0.1", family: 4 }],
    ];
    let lookupCount = 0;
    const rebound = createHttpClient(policy, async () => answers[lookupCount++] ?? []);
    const url = new URL(`http://rebinding.test:${listener.port}/`);
    const request = { method: "GET" as const, url, headers: {}, timeoutMs: 500 };
    const first = await rebound.send(request);
    expect(first).toMatchObject({ error: "not_sent" });
    // The address that was checked was dialled; nobody asked a second time in between.
    expect(lookupCount).toBe(1);
    expect(await rebound.send(request)).toMatchObject({ error: "blocked" });
    expect(listener.connectionCount()).toBe(0);
    await rebound.close();
  });

  it("does not tell what an internal name resolves to", async () => {
    const answer = await send(new URL(fill("http://private.test:PORT/")));
    expect(JSON.stringify(answer)).not.toContain("10.0.0.1");
  });
});
