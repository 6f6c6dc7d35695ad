import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import {
  type AcceptedMessage,
  createClient,
  NetworkError,
  ProblemError,
  TidingsError,
  TimeoutError,
} from "../src/index.ts";

type Handler = (request: ReceivedRequest, response: ServerResponse) => void;
type ReceivedRequest = Pick<IncomingMessage, "method" | "url" | "headers"> & { body: string };

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that answers the n-th request with the n-th handler, the last one from then on. */
async function serve(...handlers: Handler[]) {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    const seen = { method, url, headers, body };
    const handler = handlers[Math.min(received.push(seen), handlers.length) - 1];
    handler?.(seen, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { received, tidings: createClient({ baseUrl, apiKey: "td_live_secret" }), baseUrl };
}

const answer =
  (status: number, body?: unknown, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, body === undefined ? headers : { "content-type": type, ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

const breakOff: Handler = (_, response) => response.destroy();
const stayQuiet: Handler = () => undefined;

const problem = (status: number, code: string) => ({
  type: `/docs/problems#${code}`,
  title: "A title",
  status,
  detail: "What went wrong this time",
  code,
  instance: "/v1/tags",
  requestId: "req_1",
});
const busy = (retryAfter: string) => answer(503, problem(503, "unavailable"), { "retry-after": retryAfter });

const message = { audience: { kind: "all" as const }, channels: ["sms"], content: { sms: { text: "Hi" } } };

describe("a call", () => {
  it("puts path, query, body and key where the API wants them", async () => {
    const { tidings, received } = await serve(answer(200, { items: [], nextCursor: null }), answer(200, {}));
    await tidings.listTags({ query: { limit: 10 } });
    await tidings.renameTag({ path: { tagId: "tag_1" }, body: { name: "a" } });
    expect(received).toMatchObject([
      { method: "GET", url: "/v1/tags?limit=10", headers: { authorization: "Bearer td_live_secret" } },
      {
        method: "PATCH",
        url: "/v1/tags/tag_1",
        headers: { "content-type": "application/json" },
        body: '{"name":"a"}',
      },
    ]);
  });

  it("resolves with the body, typed as the API declares it", async () => {
    const accepted = { id: "msg_1", outcome: "accepted", createdAt: "2026-09-01T00:00:00Z" };
    const { tidings, received } = await serve(answer(202, accepted));
    const sent = await tidings.sendMessage({ body: message, idempotencyKey: "fee-1" });
    expectTypeOf(sent).toEqualTypeOf<AcceptedMessage>();
    expect(sent).toEqual(accepted);
    expect(received[0]?.headers["idempotency-key"]).toBe("fee-1");
  });

  it("resolves with undefined when there is no content", async () => {
    const { tidings } = await serve(answer(204));
    expect(await tidings.cancelMessage({ path: { messageId: "msg_1" } })).toBeUndefined();
  });

  it("carries the client's own headers and no key when there is none", async () => {
    const { baseUrl, received } = await serve(answer(200, {}));
    const tidings = createClient({
      baseUrl,
      headers: { "X-Tidings-Console": "1" },
      credentials: "same-origin",
    });
    await tidings.getMe();
    expect(received[0]?.headers).toMatchObject({ "x-tidings-console": "1" });
    expect(received[0]?.headers).not.toHaveProperty("authorization");
  });

  it("goes through the given fetch", async () => {
    const urls: string[] = [];
    const tidings = createClient({
      baseUrl: "http://nowhere.test",
      fetch: async (request) => {
        urls.push(request.url);
        return Response.json({ items: [], nextCursor: null });
      },
    });
    expect(await tidings.listTags()).toEqual({ items: [], nextCursor: null });
    expect(urls).toEqual(["http://nowhere.test/v1/tags"]);
  });

  it("takes an idempotency key only where the API does", () => {
    const tidings = createClient({ baseUrl: "http://nowhere.test" });
    type SendMessage = NonNullable<Parameters<typeof tidings.sendMessage>[0]>;
    type CreateTag = NonNullable<Parameters<typeof tidings.createTag>[0]>;
    expectTypeOf<SendMessage>().toHaveProperty("idempotencyKey");
    expectTypeOf<CreateTag>().not.toHaveProperty("idempotencyKey");
    expectTypeOf<CreateTag>().not.toHaveProperty("query");
  });
});

describe("a failure", () => {
  it("is a ProblemError with everything the server said", async () => {
    const errors = [{ pointer: "/name", detail: "Too long", code: "too_big" }];
    const { tidings } = await serve(answer(422, { ...problem(422, "invalid-input"), errors, limit: 60 }));
    const error = await tidings.createTag({ body: { name: "a" } }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toBeInstanceOf(TidingsError);
    expect(error).toMatchObject({
      name: "ProblemError",
      message: "What went wrong this time",
      ...problem(422, "invalid-input"),
      errors,
      problem: { limit: 60 },
    });
  });

  it("is a ProblemError too when a proxy answers without a problem document", async () => {
    const { tidings } = await serve((_, response) => response.writeHead(500).end("<html>oops</html>"));
    await expect(tidings.getMe()).rejects.toMatchObject({ code: "http-500", status: 500, errors: [] });
  });

  it("is a NetworkError when the connection breaks", async () => {
    const { tidings } = await serve(breakOff);
    await expect(tidings.createTag({ body: { name: "a" } })).rejects.toBeInstanceOf(NetworkError);
  });

  it("is a NetworkError when the answer breaks off or is not JSON", async () => {
    const { tidings } = await serve(
      (_, response) => {
        response.writeHead(201, { "content-type": "application/json", "content-length": "100" });
        response.write('{"id":', () => response.destroy());
      },
      (_, response) => response.writeHead(201, { "content-type": "application/json" }).end("{"),
    );
    await expect(tidings.createTag({ body: { name: "a" } })).rejects.toBeInstanceOf(NetworkError);
    await expect(tidings.createTag({ body: { name: "a" } })).rejects.toBeInstanceOf(NetworkError);
  });

  it("is a TimeoutError when the time is over", async () => {
    const { tidings, received } = await serve(stayQuiet);
    const error = await tidings.getMe({ timeoutMs: 50 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.timeoutMs).toBe(50);
    expect(received.length).toBeLessThan(2);
  });

  it("is the caller's own reason when the caller gives up", async () => {
    const { tidings } = await serve(stayQuiet);
    const controller = new AbortController();
    const call = tidings.getMe({ signal: controller.signal });
    controller.abort(new Error("left the page"));
    await expect(call).rejects.toThrow("left the page");
  });
});

describe("a repetition", () => {
  it("is tried for reads, up to twice", async () => {
    const { tidings, received } = await serve(busy("0"), breakOff, answer(200, { id: "mem_1" }));
    await expect(tidings.getMe()).resolves.toEqual({ id: "mem_1" });
    expect(received).toHaveLength(3);
  });

  it("ends with the server's last word", async () => {
    const { tidings, received } = await serve(busy("0"));
    await expect(tidings.getMe()).rejects.toMatchObject({ status: 503 });
    expect(received).toHaveLength(3);
  });

  it("is not tried for writes without an idempotency key", async () => {
    const { tidings, received } = await serve(busy("0"));
    await expect(tidings.sendMessage({ body: message })).rejects.toMatchObject({ status: 503 });
    expect(received).toHaveLength(1);
  });

  it("carries the same key and body", async () => {
    const { tidings, received } = await serve(breakOff, answer(202, {}));
    await tidings.sendMessage({ body: message, idempotencyKey: "fee-1" });
    const [first, second] = received;
    expect(second?.headers["idempotency-key"]).toBe("fee-1");
    expect(second?.body).toBe(first?.body);
    expect(JSON.parse(second?.body ?? "")).toEqual(message);
  });

  it("is not tried when the server's answer would be the same", async () => {
    const { tidings, received } = await serve(answer(409, problem(409, "conflict")));
    await expect(tidings.sendMessage({ body: message, idempotencyKey: "a" })).rejects.toMatchObject({
      status: 409,
    });
    expect(received).toHaveLength(1);
  });

  it("waits as long as the server asks", async () => {
    const { tidings } = await serve(busy("1"), answer(200, {}));
    const startedAtMs = performance.now();
    await tidings.getMe();
    expect(performance.now() - startedAtMs).toBeGreaterThan(950);
  });

  it("is left out when it would come after the time is over", async () => {
    const { tidings, received } = await serve(busy("60"));
    await expect(tidings.getMe({ timeoutMs: 5_000 })).rejects.toBeInstanceOf(ProblemError);
    expect(received).toHaveLength(1);
  });

  it("is not waited for once the caller gives up", async () => {
    const { tidings, received } = await serve(busy("20"));
    const controller = new AbortController();
    const call = tidings.getMe({ signal: controller.signal });
    const refused = expect(call).rejects.toThrow("left");
    while (received.length === 0) await delay(5);
    await delay(50);
    controller.abort(new Error("left"));
    await refused;
    expect(received).toHaveLength(1);
  });
});
