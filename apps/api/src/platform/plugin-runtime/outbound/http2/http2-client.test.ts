import { constants } from "node:http2";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../../testing/certificate.ts";
import {
  answerWith,
  type Http2Behaviour,
  type Http2VendorOptions,
  startHttp2Vendor,
} from "../../testing/http2-vendor.ts";
import { closedPort, startVendor } from "../../testing/vendor-server.ts";
import type { ResolveHost } from "../address-guard.ts";
import { createHttpClient } from "../http-client.ts";
import type { HttpRequest } from "../http-request.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function clientFor(endpoints: string[], resolve?: ResolveHost, roots?: string[]) {
  const client = createHttpClient({ allowedEndpoints: new Set(endpoints) }, resolve, roots);
  cleanups.push(() => client.close());
  return (url: string, overrides: Partial<HttpRequest> = {}) =>
    client.send({
      method: "POST",
      url: new URL(url),
      headers: {},
      body: "x",
      timeoutMs: 500,
      http2: "one",
      ...overrides,
    });
}

async function vendor(
  behave: Http2Behaviour = ({ stream }) => answerWith(stream),
  options?: Http2VendorOptions,
) {
  const server = await startHttp2Vendor(behave, options);
  cleanups.push(() => server.close());
  return {
    server,
    send: clientFor([server.endpoint], undefined, options?.certificate && [options.certificate.cert]),
  };
}

describe("an answer over HTTP/2", () => {
  it("comes back with status, headers and body", async () => {
    const { server, send } = await vendor(({ stream }) => {
      stream.respond({ ":status": 410, "x-id": "7", "set-cookie": ["a=1", "b=2"] });
      stream.end("汉字");
    });
    const answer = await send(`${server.origin}/3/device/ab?q=%20`, { headers: { "x-a": "1" }, body: "汉" });
    expect(answer).toMatchObject({
      status: 410,
      body: "汉字",
      headers: { "x-id": "7", "set-cookie": "a=1, b=2" },
    });
    expect(answer).not.toHaveProperty(["headers", ":status"]);
    expect(server.requests).toMatchObject([
      {
        headers: {
          ":method": "POST",
          ":path": "/3/device/ab?q=%20",
          ":authority": server.endpoint,
          "x-a": "1",
        },
        body: "汉",
      },
    ]);
  });

  it("comes over TLS from a server with a trusted certificate, and from no other", async () => {
    const certificate = makeCertificate();
    const { server, send } = await vendor(undefined, { certificate });
    expect(await send(server.origin)).toMatchObject({ status: 200 });
    const distrusting = clientFor([server.endpoint]);
    expect(await distrusting(server.origin)).toMatchObject({
      error: "not_sent",
      detail: expect.stringContaining("The certificate is not trusted"),
    });
    expect(server.requests).toHaveLength(1);
  });

  it("shares one connection with those of its owner, and with nobody else's", async () => {
    const { server, send } = await vendor();
    await Promise.all(Array.from({ length: 20 }, () => send(server.origin)));
    await send(server.origin);
    expect(server.connectionCount()).toBe(1);
    await send(server.origin, { http2: "another" });
    expect(server.connectionCount()).toBe(2);
  });

  it("is waited for without going beyond what the server takes at once", async () => {
    let openCount = 0;
    let most = 0;
    const { server, send } = await vendor(
      ({ stream }) => {
        openCount += 1;
        most = Math.max(most, openCount);
        stream.once("close", () => {
          openCount -= 1;
        });
        setTimeout(() => answerWith(stream), 5);
      },
      { maxConcurrentStreams: 2 },
    );
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => send(server.origin, { timeoutMs: 5000 })),
    );
    expect(answers.every((answer) => "status" in answer && answer.status === 200)).toBe(true);
    expect(most).toBe(2);
  });

  it("may have 1 MiB, and comes to a GET without a body", async () => {
    const { server, send } = await vendor(({ stream }) => answerWith(stream, "x".repeat(1024 * 1024)));
    const answer = await send(server.origin, { method: "GET", body: undefined, timeoutMs: 5000 });
    expect("body" in answer && answer.body.length).toBe(1024 * 1024);
  });
});

describe("a request over HTTP/2 that provably reached nobody is not_sent", () => {
  it("a refused connection", async () => {
    const endpoint = `127.0.0.1:${await closedPort()}`;
    expect(await clientFor([endpoint])(`http://${endpoint}/`)).toEqual({
      error: "not_sent",
      detail: "The server refused the connection (ECONNREFUSED).",
    });
  });

  it("a server that speaks HTTP/1.1 only", async () => {
    const server = await startVendor();
    cleanups.push(() => server.close());
    const send = clientFor([server.endpoint]);
    expect(await send(server.origin)).toMatchObject({ error: "not_sent" });
    expect(await send(`https://${server.endpoint}/`)).toMatchObject({ error: "not_sent" });
    expect(server.requests).toEqual([]);
  });

  it("a stream that the server refuses", async () => {
    const { server, send } = await vendor(({ stream }) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    expect(await send(server.origin)).toEqual({
      error: "not_sent",
      detail: "The server turned the request away unread (ERR_UNPROCESSED).",
    });
  });

  it.each([
    ["without a fault", constants.NGHTTP2_NO_ERROR],
    ["for a fault", constants.NGHTTP2_ENHANCE_YOUR_CALM],
  ])("a stream beyond the last that the server read before it took leave %s", async (_name, code) => {
    let count = 0;
    const { server, send } = await vendor(({ stream, session }) => {
      count += 1;
      if (count === 2) session.goaway(code, 1);
      else answerWith(stream);
    });
    expect(await send(server.origin)).toMatchObject({ status: 200 });
    expect(await send(server.origin)).toMatchObject({ error: "not_sent" });
    // What comes next goes over another connection.
    expect(await send(server.origin)).toMatchObject({ status: 200 });
    expect(server.connectionCount()).toBe(2);
  });

  it("one that had to wait until its time was over", async () => {
    const { server, send } = await vendor(() => undefined, { maxConcurrentStreams: 1 });
    const answers = await Promise.all([send(server.origin), send(server.origin)]);
    expect(answers).toMatchObject([{ error: "ambiguous" }, { error: "not_sent" }]);
    expect(server.requests).toHaveLength(1);
  });

  it("a request after close", async () => {
    const { server } = await vendor();
    const client = createHttpClient({ allowedEndpoints: new Set([server.endpoint]) });
    await client.close();
    const request = {
      method: "GET",
      url: new URL(server.origin),
      headers: {},
      timeoutMs: 300,
      http2: "one",
    } as const;
    expect(await client.send(request)).toMatchObject({ error: "not_sent" });
  });
});

describe("a request over HTTP/2 that may have been read is ambiguous, and is never repeated", () => {
  it.each<[string, Http2Behaviour]>([
    ["no answer", () => undefined],
    ["the connection cut", ({ cut }) => cut()],
    ["the session ended", ({ session }) => session.destroy()],
    ["the stream cancelled", ({ stream }) => stream.close(constants.NGHTTP2_CANCEL)],
    ["a leave that counts it among what was read", ({ session, stream }) => session.goaway(2, stream.id)],
    [
      "a body cut short",
      ({ stream, cut }) => {
        stream.respond({ ":status": 200 });
        stream.write("half");
        setTimeout(cut, 20);
      },
    ],
    [
      "a body that drips on",
      ({ stream }) => {
        stream.respond({ ":status": 200 });
        const timer = setInterval(() => stream.write("."), 20);
        stream.on("close", () => clearInterval(timer));
      },
    ],
    ["a body beyond 1 MiB", ({ stream }) => answerWith(stream, "x".repeat(1024 * 1024 + 1))],
    [
      "headers beyond 16 KiB",
      ({ stream }) => {
        stream.respond({ ":status": 200, "x-big": "x".repeat(20_000) });
        stream.end();
      },
    ],
  ])("%s", async (_name, behave) => {
    const { server, send } = await vendor(behave);
    expect(await send(server.origin)).toMatchObject({ error: "ambiguous" });
    expect(server.requests).toHaveLength(1);
  });

  it("does not drag along what shares its connection, and nothing follows it there", async () => {
    const { server, send } = await vendor(({ stream, headers }) => {
      if (headers[":path"] === "/slow") setTimeout(() => answerWith(stream), 300);
      if (headers[":path"] === "/") answerWith(stream);
    });
    const slow = send(`${server.origin}/slow`, { timeoutMs: 5000 });
    expect(await send(`${server.origin}/never`, { timeoutMs: 100 })).toMatchObject({ error: "ambiguous" });
    expect(await send(server.origin)).toMatchObject({ status: 200 });
    expect(server.connectionCount()).toBe(2);
    expect(await slow).toMatchObject({ status: 200 });
  });
});

describe("a request over HTTP/2 that may not be made", () => {
  it.each([
    ["a line break in a header", { "x-a": "1\r\nx-b: 2" }],
    ["an impossible header name", { "x a": "1" }],
    ["a part of the request among its headers", { ":path": "/elsewhere" }],
  ])("%s", async (_name, headers) => {
    const { server, send } = await vendor();
    expect(await send(server.origin, { headers })).toMatchObject({ error: "blocked" });
    expect(server.requests).toEqual([]);
  });

  it.each(["https://10.0.0.1/", "https://[::1]/", "https://internal.test/", "http://169.254.169.254/"])(
    "to a place no tenant may reach is refused by the connection itself: %s",
    async (url) => {
      const send = clientFor([], async () => [{ address: "127.0.0.1", family: 4 }]);
      expect(await send(url)).toMatchObject({
        error: "blocked",
        detail: expect.stringContaining("not a public address"),
      });
    },
  );
});
