import type { AccessTokenScheme, PluginManifest, PurePlugin } from "@tidings/sdk/plugin";
import { beforeEach, describe, expect, it } from "vitest";
import { batchOf, hostOfSetting } from "./testing/plugins.ts";
import { useVendor } from "./testing/runtime.ts";
import { secretNamed, TokenVendor, tokenScheme, withTokens } from "./testing/token-vendor.ts";
import { closedPort, startVendor } from "./testing/vendor-server.ts";

const { vendor, behave, pass, runtimeFor } = useVendor();
let tokens: TokenVendor;

beforeEach(() => {
  tokens = new TokenVendor();
  behave(tokens.behave);
});

/** Passes on what the vendor said: its code decides, not the status. */
const readCode: Partial<PurePlugin> = {
  settle: ({ responses }) => ({
    results: responses.flatMap((response) =>
      response.refs.map((ref) => {
        if ("error" in response) {
          const { error, code = error, detail } = response;
          const status = ({ not_sent: "transient", blocked: "config", ambiguous: "unknown" } as const)[error];
          return { ref, status, code, detail };
        }
        const { code } = JSON.parse(response.body);
        return code === 0
          ? { ref, status: "accepted" as const, detail: response.body }
          : { ref, status: "rejected" as const, code: String(code) };
      }),
    ),
  }),
};

const runtimeWith = (overrides: Partial<AccessTokenScheme> = {}, manifest: Partial<PluginManifest> = {}) =>
  runtimeFor(readCode, { ...withTokens(overrides), ...manifest });

const callsTo = (path: string) => vendor().requests.filter(({ url }) => url.startsWith(path));

describe("an access token", () => {
  it("is fetched once for all requests of all batches, and never shown to the plugin", async () => {
    const { send } = runtimeWith();
    const results = await Promise.all([send("a", "b"), send("c"), send("d")]);
    expect(results.flat().map(({ status }) => status)).toEqual(Array(4).fill("accepted"));
    await send("e");
    expect(tokens.givenCount).toBe(1);
    expect(tokens.taken).toHaveLength(5);
    expect(results[0]?.[0]?.detail).toBe('{"code":0,"echo":"[redacted] [redacted]"}');
  });

  it("is renewed before it ends", async () => {
    const { send } = runtimeWith();
    await send("a");
    pass((7200 - 601) * 1000);
    await send("b");
    expect(tokens.givenCount).toBe(1);
    pass(2_000);
    expect(await send("c")).toMatchObject([{ status: "accepted" }]);
    expect(tokens.givenCount).toBe(2);
  });

  it("serves on while it is good and no other can be had", async () => {
    const { send } = runtimeWith();
    await send("a");
    tokens.secret = "another";
    pass((7200 - 60) * 1000);
    expect(await send("b")).toMatchObject([{ status: "accepted" }]);
    pass(60_000);
    expect(await send("c")).toMatchObject([{ status: "config", code: "40001" }]);
  });

  it("that the vendor refuses is replaced once for all, and the refused calls are repeated", async () => {
    const { send } = runtimeWith();
    await send("a");
    tokens.revoke();
    const results = await Promise.all([send("b", "c", "d"), send("e")]);
    expect(results.flat().map(({ status }) => status)).toEqual(Array(4).fill("accepted"));
    expect(tokens.givenCount).toBe(2);
    expect(tokens.taken.sort()).toEqual(["/send/a", "/send/b", "/send/c", "/send/d", "/send/e"]);
  });

  it("is not replaced a second time for one call", async () => {
    behave((request, response, socket) => {
      if (request.url.startsWith("/token")) tokens.behave(request, response, socket);
      else response.end('{"code":"expired"}');
    });
    const { send } = runtimeWith();
    expect(await send("a")).toMatchObject([{ status: "rejected", code: "expired" }]);
    expect(callsTo("/send/a")).toHaveLength(2);
    expect(tokens.givenCount).toBe(2);
  });

  it("is no reason to repeat a call that may have been carried out", async () => {
    const answers = [
      (end: (status: number, body: string) => void) => end(500, '{"code":"expired"}'),
      (end: (status: number, body: string) => void) => end(200, '{"code":"sold_out"}'),
    ];
    behave((request, response, socket) => {
      if (request.url.startsWith("/token")) return tokens.behave(request, response, socket);
      answers.shift()?.((status, body) => response.writeHead(status).end(body));
    });
    const { send } = runtimeWith();
    await send("a");
    await send("b");
    expect(callsTo("/send")).toHaveLength(2);
    behave((request, response, socket) => {
      if (request.url.startsWith("/token")) tokens.behave(request, response, socket);
      else socket.destroy();
    });
    expect(await send("c")).toMatchObject([{ status: "unknown" }]);
    expect(callsTo("/send/c")).toHaveLength(1);
  });

  it("is proved afresh by the test call, which leaves the one in use alone", async () => {
    const verify: Partial<PurePlugin> = {
      verify: ({ settings }) => ({
        requests: [{ id: "v", refs: [], method: "GET", url: `${settings.endpoint}/me`, auth: "api" }],
      }),
      settle: (input) => {
        const [first] = input.responses;
        if (input.op !== "verify") return readCode.settle?.(input) ?? { results: [] };
        const failure = first && "error" in first ? { code: first.code, detail: first.detail } : {};
        return { results: [], verification: { ok: first !== undefined && "body" in first, ...failure } };
      },
    };
    const { runtime, channel, send } = runtimeFor(verify, withTokens());
    await send("a");
    expect(await runtime.verify(channel)).toEqual({ ok: true });
    expect(tokens.givenCount).toBe(2);
    const wrong = { ...channel, readSecrets: async () => ({ token: "wrong-secret" }) };
    expect(await runtime.verify(wrong)).toEqual({
      ok: false,
      code: "40001",
      detail: "secret [redacted] is wrong, from 203.0.113.9",
    });
    expect(await send("b")).toMatchObject([{ status: "accepted" }]);
  });
});

describe("a vendor that gives no token", () => {
  it("is not asked again for five seconds", async () => {
    tokens.secret = "another";
    const { send } = runtimeWith();
    for (const ref of ["a", "b", "c"]) {
      expect(await send(ref)).toMatchObject([{ status: "config", code: "40001" }]);
    }
    expect(callsTo("/token")).toHaveLength(1);
    expect(callsTo("/send")).toHaveLength(0);
    tokens.secret = "tok-0123456789";
    pass(5_001);
    expect(await send("d")).toMatchObject([{ status: "accepted" }]);
  });

  it.each<[string, number, string, object]>([
    ["says that it is busy", 200, '{"code":"busy","message":"later"}', { status: "transient", code: "busy" }],
    ["is asked too often", 429, "", { status: "transient", code: "http_429" }],
    ["fails", 503, "oops", { status: "transient", code: "http_503" }],
    ["answers with a page", 200, "<html>", { status: "transient", code: "http_200" }],
    ["answers with an empty token", 200, '{"code":0,"access_token":""}', { status: "transient" }],
    ["answers with a broken token", 200, '{"access_token":"a\\r\\nb"}', { status: "transient" }],
    ["refuses without a code", 403, "", { status: "config", code: "http_403" }],
    ["refuses with a word", 400, '{"code":"invalid_client"}', { status: "config", code: "invalid_client" }],
  ])("because it %s", async (_name, status, body, result) => {
    behave((_, response) => response.writeHead(status).end(body));
    const { send } = runtimeWith();
    expect(await send("a")).toMatchObject([result]);
    expect(callsTo("/send")).toHaveLength(0);
  });

  it("because it cannot be reached has got no message", async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const { send } = runtimeFor(readCode, withTokens(), origin);
    expect(await send("a")).toMatchObject([
      { status: "transient", code: "not_sent", detail: expect.stringContaining("ECONNREFUSED") },
    ]);
  });

  it("because it never answers has got no message either", async () => {
    behave(() => undefined);
    const limits = { batchSize: 10, concurrency: 1, timeoutMs: 500 };
    const { send } = runtimeWith({}, { limits });
    expect(await send("a")).toMatchObject([{ status: "transient", code: "not_sent" }]);
  });
});

describe("a token request", () => {
  const request = (changes: Partial<AccessTokenScheme["request"]>) => ({
    request: { ...tokenScheme().request, ...changes },
  });

  it.each([
    ["a host that is not the plugin's", "https://evil.example.com/token", "evil.example.com"],
    ["an internal address", "http://169.254.169.254/token", "169.254.169.254"],
  ])("to %s is not made", async (_name, url, detail) => {
    const { send } = runtimeWith(request({ url }));
    expect(await send("a")).toMatchObject([{ status: "config", detail: expect.stringContaining(detail) }]);
    expect(vendor().requests).toEqual([]);
  });

  it("to a private address that the manifest allows is not made", async () => {
    const inside = await startVendor();
    const endpoint = hostOfSetting("endpoint");
    const { send } = runtimeWith(request({ url: `${inside.origin}/token` }), {
      hosts: [endpoint, "127.0.0.1"],
    });
    expect(await send("a")).toMatchObject([{ status: "config", code: "blocked" }]);
    expect(inside.connectionCount()).toBe(0);
    await inside.close();
  });

  it("does not follow a redirect with the secret", async () => {
    const other = await startVendor();
    behave((_, response) => response.writeHead(302, { location: `${other.origin}/token` }).end());
    const { send } = runtimeWith();
    expect(await send("a")).toMatchObject([{ status: "transient", code: "http_302" }]);
    expect(other.connectionCount()).toBe(0);
    await other.close();
  });

  it("carries a form and is authenticated by another scheme", async () => {
    behave((call, response, socket) => {
      if (!call.url.startsWith("/oauth")) return tokens.behave(call, response, socket);
      tokens.behave({ ...call, url: "/token?secret=tok-0123456789" }, response, socket);
    });
    const endpoint = hostOfSetting("endpoint");
    const form = { grant_type: "client_credentials", scope: "a b" };
    const oauth = tokenScheme({
      request: { method: "POST", url: `${endpoint}/oauth`, form, auth: "client" },
      placement: { in: "header", name: "Authorization", prefix: "Bearer " },
      refusal: { statuses: [401] },
    });
    const { send } = runtimeWith(
      {},
      { auth: { api: oauth, client: { type: "basic", user: "endpoint", secret: "token" } } },
    );
    expect(await send("a")).toMatchObject([{ status: "accepted" }]);
    const [asked, sent] = vendor().requests;
    expect(asked).toMatchObject({ method: "POST", body: "grant_type=client_credentials&scope=a+b" });
    expect(asked?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const basic = Buffer.from(`${vendor().origin}:tok-0123456789`).toString("base64");
    expect(asked?.headers.authorization).toBe(`Basic ${basic}`);
    expect(sent?.headers.authorization).toBe("Bearer access-1-of-the-vendor");
  });

  it("carries JSON, with what is no text as it is", async () => {
    const json = { app: hostOfSetting("endpoint"), secret: secretNamed("token"), force: false };
    const { send } = runtimeWith(request({ method: "POST", query: undefined, json }));
    await send("a");
    expect(JSON.parse(vendor().requests[0]?.body ?? "")).toEqual({
      app: vendor().origin,
      secret: "tok-0123456789",
      force: false,
    });
  });

  it("without its secret is not made", async () => {
    const { runtime, channel } = runtimeWith();
    const bare = { ...channel, readSecrets: async () => ({}) };
    expect(await runtime.send(bare, batchOf("a"))).toMatchObject([
      { status: "config", detail: 'The secret "token" is not set.' },
    ]);
    expect(vendor().requests).toEqual([]);
  });
});
