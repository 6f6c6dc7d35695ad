import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HmacScheme, SettingProperty, TokenRequest } from "@tidings/sdk/plugin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostOfSetting, manifestWith, recordingLogger } from "../testing/plugins.ts";
import { PUSH_SCHEME } from "../testing/signed-pushes.ts";
import { jwtScheme, withJwt } from "../testing/signed-tokens.ts";
import { secretNamed, tokenScheme, withTokens } from "../testing/token-vendor.ts";
import { loadPlugins } from "./load-plugins.ts";

const MODULE = "export const plan = () => ({ requests: [] }); export const settle = () => ({ results: [] });";

const HOURLY = { messages: 30, seconds: 3600 };

const word = (name: string) => `\${${name}}`;

const hmac = (overrides: Partial<HmacScheme> = {}): HmacScheme => ({
  type: "hmac",
  secret: "token",
  algorithm: "sha256",
  encoding: "hex",
  message: word("body"),
  headers: { "x-signature": word("signature") },
  ...overrides,
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidings-plugins-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, manifest: unknown, files: Record<string, string> = { "plugin.js": MODULE }) {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  for (const [path, content] of Object.entries({
    "channel.json": text,
    "package.json": '{"type":"module"}',
    ...files,
  })) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), content);
  }
}

async function load() {
  const { logger, logs } = recordingLogger();
  const plugins = await loadPlugins([folder], logger);
  const reasons = logs.filter(({ level }) => level === "error").map(({ fields }) => String(fields.reason));
  return { plugins, reasons };
}

describe("loadPlugins", () => {
  it("loads what is in order, sorted by id, and freezes the manifests", async () => {
    await put("b", manifestWith({ id: "acme/b" }));
    await put("a", manifestWith({ id: "acme/a" }));
    await mkdir(join(folder, "no-plugin"));
    const { plugins, reasons } = await load();
    expect(reasons).toEqual([]);
    expect(plugins.list().map(({ manifest }) => manifest.id)).toEqual(["acme/a", "acme/b"]);
    expect(plugins.find("acme/a")?.secretFields).toEqual(["token"]);
    expect((await plugins.open("ten_1", "acme/a")?.module())?.level).toBe("pure");
    expect(plugins.find("acme/none")).toBeUndefined();
    expect(plugins.open("ten_1", "acme/none")).toBeUndefined();
    const manifest = plugins.find("acme/a")?.manifest;
    expect(() => Object.assign(manifest?.limits ?? {}, { concurrency: 256 })).toThrow();
  });

  it("loads a plugin whose vendor gives access tokens", async () => {
    await put("a", manifestWith(withTokens()));
    const { plugins, reasons } = await load();
    expect(reasons).toEqual([]);
    expect(plugins.find("acme/test")?.manifest.auth.api?.type).toBe("access-token");
  });

  it("loads a plugin whose tokens the host signs, over HTTP/2", async () => {
    const assertion = { ...jwtScheme().token, key: secretNamed("token/private_key") };
    const form = { assertion: word("assertion") };
    const grant = tokenScheme({ request: { ...tokenScheme().request, method: "POST", form, assertion } });
    await put("a", { ...withJwt(), http2: true, auth: { api: jwtScheme(), grant, hmac: hmac() } });
    const { plugins, reasons } = await load();
    expect(reasons).toEqual([]);
    expect(plugins.find("acme/test")?.manifest.http2).toBe(true);
  });

  it("starts without plugins when the folder is missing", async () => {
    const { logger, logs } = recordingLogger();
    expect((await loadPlugins([join(folder, "none")], logger)).list()).toEqual([]);
    expect(logs[0]).toMatchObject({ level: "error" });
  });

  it("keeps the first of two plugins with one id", async () => {
    await put("a", manifestWith({ version: "1.0.0" }));
    await put("b", manifestWith({ version: "2.0.0" }));
    const { plugins, reasons } = await load();
    expect(plugins.find("acme/test")?.manifest.version).toBe("1.0.0");
    expect(reasons).toEqual(["another plugin has the id acme/test already"]);
  });

  const { settings } = manifestWith();
  const withProperty = (property: object) => {
    const properties = { ...settings.properties, extra: property as SettingProperty };
    return { settings: { ...settings, properties } };
  };

  const withToken = (request: Partial<TokenRequest>) =>
    manifestWith({ auth: { api: tokenScheme({ request: { ...tokenScheme().request, ...request } }) } });

  const pushed = { mode: "push", delivered: true, read: false } as const;
  const { token } = jwtScheme();
  const withHmac = (overrides: Partial<HmacScheme>) => manifestWith({ auth: { api: hmac(overrides) } });

  it.each<[string, unknown, string]>([
    ["no JSON", "{", "cannot be read"],
    ["an unknown key", { ...manifestWith(), colour: "red" }, "colour"],
    ["a missing key", { ...manifestWith(), kind: undefined }, "kind"],
    ["an id without publisher", manifestWith({ id: "test" }), "/id"],
    ["another protocol", manifestWith({ protocol: ["2.0"] }), "protocol 2.0"],
    ["an entry that leaves the folder", manifestWith({ entry: "../evil.js" }), "outside"],
    ["an absolute entry", manifestWith({ entry: "/etc/hosts" }), "outside"],
    ["an entry that is not there", manifestWith({ entry: "dist/plugin.js" }), "has the plugin been built"],
    [
      "an auth scheme without its secret",
      manifestWith({ auth: { a: { type: "bearer", secret: "pw" } } }),
      '"pw"',
    ],
    [
      "an auth scheme with an open secret",
      manifestWith({ auth: { a: { type: "bearer", secret: "endpoint" } } }),
      "no secret setting",
    ],
    [
      "an auth scheme whose name is a secret",
      manifestWith({ auth: { a: { type: "query", name: hostOfSetting("token"), secret: "token" } } }),
      "no open setting",
    ],
    ["a token for a secret that is none", withToken({ query: { s: secretNamed("endpoint") } }), '"endpoint"'],
    ["a token for an open secret", withToken({ query: { s: hostOfSetting("token") } }), '"token"'],
    ["a token request with a body and GET", withToken({ form: { a: "b" } }), "a body with GET"],
    [
      "a token request with two bodies",
      withToken({ method: "POST", form: { a: "b" }, json: { a: "b" } }),
      "a form and a JSON body",
    ],
    ["a token request to a strange host", withToken({ url: "https://other.test/token" }), "not among hosts"],
    [
      "a token request with a secret in its address",
      withToken({ url: `${hostOfSetting("endpoint")}/${secretNamed("token")}` }),
      "a secret in its address",
    ],
    ["a key that is no secret", withJwt({ token: { ...token, key: secretNamed("endpoint") } }), '"endpoint"'],
    ["a key with something around it", withJwt({ token: { ...token, key: `x${token.key}` } }), "/auth"],
    ["a claim that is the host's", withJwt({ token: { ...token, claims: { exp: 1 } } }), "/auth"],
    [
      "a claim out of no setting",
      withJwt({ token: { ...token, claims: { iss: hostOfSetting("x") } } }),
      '"x"',
    ],
    [
      "a claim out of a part of a setting",
      withJwt({ token: { ...token, claims: { iss: hostOfSetting("endpoint/host") } } }),
      "no secret",
    ],
    [
      "a token used beyond its end",
      withJwt({ token: { ...token, lifetimeSeconds: 2400 } }),
      "for longer than it lives",
    ],
    ["an algorithm without a key", withJwt({ token: { ...token, algorithm: "none" as never } }), "/auth"],
    ["an assertion that nobody carries", withToken({ assertion: token }), "carries it nowhere"],
    ["an assertion that nobody signs", withToken({ query: { a: word("assertion") } }), "stands for nothing"],
    [
      "a token request that needs a signed token",
      {
        ...withToken({ auth: "jwt" }),
        auth: { api: tokenScheme({ request: { ...tokenScheme().request, auth: "jwt" } }), jwt: jwtScheme() },
      },
      "no scheme without a token",
    ],
    ["a signature that nobody carries", withHmac({ headers: { a: "b" } }), "carries its signature nowhere"],
    ["a signature over what is not there", withHmac({ message: word("signature") }), "stands for nothing"],
    ["a token request that needs a token", withToken({ auth: "api" }), "no scheme without a token"],
    [
      "a token refused by a server error",
      manifestWith({ auth: { api: tokenScheme({ refusal: { statuses: [503] } }) } }),
      "/auth",
    ],
    [
      "a token placed nowhere",
      manifestWith({ auth: { api: tokenScheme({ placement: { in: "body", name: "t" } as never }) } }),
      "/auth",
    ],
    ["an unknown auth scheme", manifestWith({ auth: { a: { type: "magic" } as never } }), "/auth"],
    [
      "pushes that prove themselves by a secret that is none",
      manifestWith({ receipts: { ...pushed, authentication: { ...PUSH_SCHEME, secret: "endpoint" } } }),
      '"endpoint", which is no secret setting',
    ],
    [
      "an envelope for a receiver that is a secret",
      manifestWith({
        receipts: {
          ...pushed,
          authentication: {
            ...PUSH_SCHEME,
            secret: "token",
            envelope: { ...PUSH_SCHEME.envelope, key: "token", receiver: "token" },
          },
        },
      }),
      "no open text setting",
    ],
    [
      "pushes that prove themselves where none come",
      manifestWith({
        receipts: { ...pushed, mode: "none", authentication: { ...PUSH_SCHEME, secret: "token" } },
      }),
      "for pushed receipts",
    ],
    ["a host that is none", manifestWith({ hosts: ["https://x.test/"] }), "no host name"],
    ["a host from no setting", manifestWith({ hosts: [hostOfSetting("nothing")] }), '"nothing"'],
    ["a host from a secret", manifestWith({ hosts: [hostOfSetting("token")] }), '"token"'],
    ["a key without a window", manifestWith({ idempotency: { kind: "key" } }), "windowSeconds"],
    [
      "limits of a recipient of which one says nothing",
      manifestWith({
        limits: { ...manifestWith().limits, perRecipient: [HOURLY, { messages: 40, seconds: 60 }] },
      }),
      "limits.perRecipient",
    ],
    ["a required setting that is none", manifestWith({ settings: { ...settings, required: ["x"] } }), '"x"'],
    ["a mistyped keyword", manifestWith(withProperty({ type: "string", maxLenght: 3 })), "maxLenght"],
    ["a broken pattern", manifestWith(withProperty({ type: "string", pattern: "(" })), "settings"],
    ["a secret that is no text", manifestWith(withProperty({ type: "integer", "x-secret": true })), "string"],
    [
      "a promise of receipts without a reader",
      manifestWith({ receipts: { mode: "push", delivered: true, read: false } }),
      "parseReceipt",
    ],
    [
      "pulled receipts that nobody can ask for",
      manifestWith({ receipts: { mode: "pull", delivered: true, read: false, pollSeconds: 60 } }),
      "need query",
    ],
    [
      "a promise to be asked without a function",
      manifestWith({ query: { windowSeconds: 60, batchSize: 1, notBeforeSeconds: 0 } }),
      "query",
    ],
    [
      "a promise to take back without a function",
      manifestWith({ recall: { windowSeconds: 60, batchSize: 1 } }),
      "recall",
    ],
    ["a native level without open", manifestWith({ level: "native" }), "open"],
  ])("leaves out a plugin with %s, says why, and loads the rest", async (_name, manifest, reason) => {
    await put("broken", manifest);
    await put("good", manifestWith({ id: "acme/good" }));
    const { plugins, reasons } = await load();
    expect(plugins.list().map((plugin) => plugin.manifest.id)).toEqual(["acme/good"]);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
  });

  it.each([
    ["does not parse", "export const plan = ("],
    ["throws", "throw new Error('on import')"],
    ["exports nothing", ""],
  ])("leaves out a plugin whose module %s", async (_name, code) => {
    await put("broken", manifestWith(), { "plugin.js": code });
    const { plugins, reasons } = await load();
    expect(plugins.list()).toEqual([]);
    expect(reasons).toHaveLength(1);
  });

  it("leaves out a plugin whose entry is a link out of its folder", async () => {
    await put("outside", manifestWith({ id: "acme/outside" }));
    await put("linked", manifestWith({ entry: "linked.js" }));
    await symlink(join(folder, "outside", "plugin.js"), join(folder, "linked", "linked.js"));
    const { plugins, reasons } = await load();
    expect(plugins.list().map(({ manifest }) => manifest.id)).toEqual(["acme/outside"]);
    expect(reasons[0]).toContain("outside");
  });

  it("reads the folder again when it is told to: what was changed, added, or taken away", async () => {
    await put("a", manifestWith({ id: "acme/a" }));
    await put("b", manifestWith({ id: "acme/b" }));
    const { plugins } = await load();
    const before = await plugins.open("ten_1", "acme/a")?.module();
    const path = join(folder, "a");
    await writeFile(
      join(path, "channel.json"),
      JSON.stringify(manifestWith({ id: "acme/a", version: "2.0.0" })),
    );
    await writeFile(
      join(path, "plugin.js"),
      `${await readFile(join(path, "plugin.js"), "utf8")}\n// changed`,
    );
    await rm(join(folder, "b"), { recursive: true });
    await put("c", manifestWith({ id: "acme/c" }));
    await plugins.reload();
    expect(plugins.list().map(({ manifest: { id, version } }) => `${id}@${version}`)).toEqual([
      "acme/a@2.0.0",
      "acme/c@1.0.0",
    ]);
    const after = await plugins.open("ten_1", "acme/a")?.module();
    expect(after?.functions).not.toBe(before?.functions);
  });

  it("keeps a plugin that is not in order any more as it was", async () => {
    await put("a", manifestWith({ id: "acme/a" }));
    const { plugins } = await load();
    await writeFile(join(folder, "a", "channel.json"), "{");
    await plugins.reload();
    expect(plugins.find("acme/a")?.manifest.version).toBe("1.0.0");
    expect((await plugins.open("ten_1", "acme/a")?.module())?.level).toBe("pure");
  });
});
