import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { closedPort, startVendor, type VendorBehaviour } from "../testing/vendor-server.ts";
import type { ResolveHost } from "./address-guard.ts";
import { createHttpClient } from "./http-client.ts";
import type { HttpRequest } from "./http-request.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function clientFor(endpoints: string[], resolve?: ResolveHost) {
  const client = createHttpClient({ allowedEndpoints: new Set(endpoints) }, resolve);
  cleanups.push(() => client.close());
  return (url: string, overrides: Partial<HttpRequest> = {}) =>
    client.send({ method: "POST", url: new URL(url), headers: {}, body: "x", timeoutMs: 300, ...overrides });
}

async function vendor(behave?: VendorBehaviour) {
  const server = await startVendor(behave);
  cleanups.push(() => server.close());
  return { server, send: clientFor([server.endpoint]) };
}

describe("an answer", () => {
  it("comes back with status, headers and body", async () => {
    const { server, send } = await vendor((_, response) => {
      response.writeHead(201, { "X-Id": "7", "set-cookie": ["a=1", "b=2"] }).end("汉字");
    });
    const answer = await send(`${server.origin}/path?q=%20`, { headers: { "x-a": "1" } });
    expect(answer).toMatchObject({ status: 201, body: "汉字" });
    expect(answer).toMatchObject({ headers: { "x-id": "7", "set-cookie": "a=1, b=2" } });
    expect(server.requests).toMatchObject([{ method: "POST", url: "/path?q=%20", body: "x" }]);
  });

  it("is the redirect itself, which nobody follows", async () => {
    const { server, send } = await vendor((_, response) => {
      response.writeHead(302, { location: `${server.origin}/internal` }).end();
    });
    expect(await send(server.origin)).toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(1);
  });

  it("leaves its connection to later requests", async () => {
    const { server, send } = await vendor();
    for (let i = 0; i < 10; i++) await send(server.origin);
    expect(server.connectionCount()).toBeLessThanOrEqual(2);
  });

  it("may have 1 MiB", async () => {
    const { server, send } = await vendor((_, response) => response.end("x".repeat(1024 * 1024)));
    const answer = await send(server.origin, { timeoutMs: 5000 });
    expect("body" in answer && answer.body.length).toBe(1024 * 1024);
  });
});

describe("a request that provably reached nobody is not_sent", () => {
  it("a refused connection", async () => {
    const port = await closedPort();
    const answer = await clientFor([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`);
    expect(answer).toEqual({
      error: "not_sent",
      detail: "The server refused the connection (ECONNREFUSED).",
    });
  });

  it("a name that does not resolve", async () => {
    const send = clientFor([], async () => {
      throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    });
    const answer = await send("https://nowhere.test/");
    expect(answer).toEqual({ error: "not_sent", detail: "The host name cannot be resolved (ENOTFOUND)." });
  });

  it("a connection that does not come about in time", async () => {
    const send = clientFor([], () => new Promise(() => undefined));
    expect(await send("https://slow.test/")).toEqual({
      error: "not_sent",
      detail: "No connection within 300 ms.",
    });
  });

  it("a TLS handshake with somebody who does not speak it", async () => {
    const { server } = await vendor();
    const answer = await clientFor([server.endpoint])(`https://${server.endpoint}/`);
    expect(answer).toMatchObject({ error: "not_sent" });
    expect(server.requests).toHaveLength(0);
  });

  it("a TLS handshake that hangs", async () => {
    const server = await rawServer(() => undefined);
    const answer = await clientFor([server.endpoint])(`https://${server.endpoint}/`);
    expect(answer).toMatchObject({ error: "not_sent" });
  });

  it("a request after close", async () => {
    const server = await startVendor();
    const client = createHttpClient({ allowedEndpoints: new Set([server.endpoint]) });
    await client.close();
    const url = new URL(server.origin);
    expect(await client.send({ method: "GET", url, headers: {}, timeoutMs: 300 })).toMatchObject({
      error: "not_sent",
    });
    await server.close();
  });
});

describe("a request that may have been read is ambiguous, and is never repeated", () => {
  it.each<[string, VendorBehaviour]>([
    ["no answer", () => undefined],
    ["the connection cut", (_, _response, socket) => socket.destroy()],
    ["the connection reset", (_, _response, socket) => socket.resetAndDestroy()],
    [
      "a body cut short",
      (_, response, socket) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setTimeout(() => socket.destroy(), 20);
      },
    ],
    [
      "a body that drips on",
      (_, response) => {
        const timer = setInterval(() => response.write("."), 20);
        response.on("close", () => clearInterval(timer));
      },
    ],
    ["a body beyond 1 MiB", (_, response) => response.end("x".repeat(1024 * 1024 + 1))],
    ["headers beyond 16 KiB", (_, response) => response.setHeader("x-big", "x".repeat(20_000)).end()],
    ["an answer that is not HTTP", (_, _response, socket) => socket.end("hello\r\n\r\n")],
  ])("%s", async (_name, behave) => {
    const { server, send } = await vendor(behave);
    expect(await send(server.origin)).toMatchObject({ error: "ambiguous" });
    expect(server.requests).toHaveLength(1);
  });

  it("says that the answer was too large", async () => {
    const { server, send } = await vendor((_, response) => response.end("x".repeat(2_000_000)));
    expect(await send(server.origin)).toMatchObject({ detail: expect.stringContaining("1 MiB") });
  });

  it("on a connection that was used before and died meanwhile", async () => {
    let count = 0;
    const { server, send } = await vendor((_, response, socket) => {
      count += 1;
      if (count === 1) response.end("ok");
      else socket.destroy();
    });
    expect(await send(server.origin)).toMatchObject({ status: 200 });
    expect(await send(server.origin)).toMatchObject({ error: "ambiguous" });
    expect(count).toBe(2);
  });
});

describe("a request that cannot be written is blocked", () => {
  it.each([
    ["a line break in a header", { "x-a": "1\r\nx-b: 2" }],
    ["an impossible header name", { "x a": "1" }],
  ])("%s", async (_name, headers) => {
    const { server, send } = await vendor();
    expect(await send(server.origin, { headers })).toMatchObject({ error: "blocked" });
    expect(server.requests).toHaveLength(0);
  });
});

/** A server that accepts connections and hands over the raw socket. */
async function rawServer(onData: () => void): Promise<{ endpoint: string }> {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", onData).on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}
