import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import type { HmacScheme, SignedToken } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { hostOfSetting } from "../../testing/plugins.ts";
import { secretNamed } from "../../testing/token-vendor.ts";
import { createAuthenticator, type SignableRequest } from "../index.ts";
import { signToken } from "./sign-token.ts";

const NOW = new Date("2025-03-01T08:00:00.900Z");
const NOW_SECONDS = 1_740_816_000;
const pem = (key: KeyObject) => String(key.export({ type: "pkcs8", format: "pem" }));
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = {
  client_email: "push@project.example",
  private_key: pem(rsa.privateKey),
  private_key_id: "k2",
};

const values = {
  settings: { keyId: "KEY1234567", teamId: "TEAM123456" },
  secrets: { key: pem(ec.privateKey), account: JSON.stringify(account), plain: "no key" },
};
const es256: SignedToken = {
  algorithm: "ES256",
  key: secretNamed("key"),
  header: { kid: hostOfSetting("keyId") },
  claims: { iss: hostOfSetting("teamId") },
};
const rs256: SignedToken = {
  algorithm: "RS256",
  key: secretNamed("account/private_key"),
  header: { typ: "JWT", kid: secretNamed("account/private_key_id") },
  claims: { iss: secretNamed("account/client_email"), aud: "https://vendor.example/token", level: 2 },
  lifetimeSeconds: 3600,
};

function open(token: string, publicKey: KeyObject) {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const data = Buffer.from(`${header}.${claims}`);
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" as const };
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return {
    isGenuine: verify("sha256", data, key, Buffer.from(signature, "base64url")),
    header: read(header),
    claims: read(claims),
  };
}

describe("a signed token", () => {
  it("with ES256 holds what the manifest says and when it was issued", () => {
    expect(open(signToken(es256, values, NOW), ec.publicKey)).toEqual({
      isGenuine: true,
      header: { alg: "ES256", kid: "KEY1234567" },
      claims: { iss: "TEAM123456", iat: NOW_SECONDS },
    });
  });

  it("with RS256 takes key and names out of a JSON secret, and ends", () => {
    expect(open(signToken(rs256, values, NOW), rsa.publicKey)).toEqual({
      isGenuine: true,
      header: { alg: "RS256", typ: "JWT", kid: "k2" },
      claims: {
        iss: "push@project.example",
        aud: "https://vendor.example/token",
        level: 2,
        iat: NOW_SECONDS,
        exp: NOW_SECONDS + 3600,
      },
    });
  });

  it("is signed with a key that a form has robbed of its line breaks", () => {
    const key = values.secrets.key.replaceAll("\n", " ");
    const token = signToken(es256, { ...values, secrets: { ...values.secrets, key } }, NOW);
    expect(open(token, createPublicKey(ec.privateKey)).isGenuine).toBe(true);
  });

  it.each<[string, SignedToken, Record<string, string>, string]>([
    ["a key that is none", es256, { key: "no key" }, "The private key is not an elliptic curve key"],
    [
      "a key cut short",
      es256,
      { key: pem(ec.privateKey).replace(/.{20}\n/, "\n") },
      "The private key is not",
    ],
    ["a key of the other kind", es256, { key: account.private_key }, "The private key is not"],
    [
      "a weak key",
      rs256,
      { account: JSON.stringify({ ...account, private_key: weakKey() }) },
      "an RSA key of 2048 bits or more",
    ],
    ["a key on another curve", es256, { key: otherCurve() }, "(P-256)"],
    ["no key", es256, { key: "" }, 'The secret "key" is not set.'],
    ["a secret that is no JSON", rs256, { account: "{" }, 'The secret "account" is no JSON.'],
    [
      "a JSON secret of another form",
      rs256,
      { account: JSON.stringify({ ...account, client_email: 7 }) },
      'The secret "account" has no text at /client_email.',
    ],
  ])("is not made with %s", (_name, token, secrets, detail) => {
    const given = { ...values, secrets: { ...values.secrets, ...secrets } };
    expect(() => signToken(token, given, NOW)).toThrow(detail);
  });
});

const weakKey = () => pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey);
const otherCurve = () => pem(generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey);

const request: SignableRequest = {
  method: "POST",
  url: new URL("https://api.vendor.example:8443/send?b=2&a=1"),
  headers: {},
  body: `{"text":"\${timestamp} 汉字"}`,
  idempotencyKey: "dlv_1",
  nonce: "0f".repeat(16),
  now: NOW,
};

describe("hmac", () => {
  const word = (name: string) => `\${${name}}`;
  const scheme: HmacScheme = {
    type: "hmac",
    secret: "plain",
    algorithm: "sha256",
    encoding: "hex",
    message: ["method", "host", "path", "query", "timestamp", "nonce", "idempotencyKey", "body"]
      .map(word)
      .join("\n"),
    headers: { "X-Sign": word("signature"), "X-Time": word("timestamp"), "X-Key": hostOfSetting("keyId") },
  };

  it("signs the parts of the request as they are", () => {
    const message = [
      "POST",
      "api.vendor.example:8443",
      "/send",
      "b=2&a=1",
      NOW_SECONDS,
      request.nonce,
      "dlv_1",
      request.body,
    ].join("\n");
    expect(createAuthenticator(scheme, values).headersFor(request)).toEqual({
      "x-sign": createHmac("sha256", "no key").update(message).digest("hex"),
      "x-time": String(NOW_SECONDS),
      "x-key": "KEY1234567",
    });
  });

  it("puts a signature of a secret and the milliseconds into the query", () => {
    const robot: HmacScheme = {
      ...scheme,
      algorithm: "sha1",
      encoding: "base64",
      timestamp: "milliseconds",
      message: `${word("timestamp")}\n${secretNamed("plain")}`,
      headers: undefined as never,
      query: { timestamp: word("timestamp"), sign: word("signature") },
    };
    const milliseconds = String(NOW.getTime());
    const authenticator = createAuthenticator(robot, values);
    expect(authenticator.headersFor(request)).toEqual({});
    expect(authenticator.queryFor?.(request)).toEqual({
      timestamp: milliseconds,
      sign: createHmac("sha1", "no key").update(`${milliseconds}\nno key`).digest("base64"),
    });
  });

  it("blocks a request that lacks what has to be signed", () => {
    const { idempotencyKey: _, ...keyless } = request;
    expect(() => createAuthenticator(scheme, values).headersFor(keyless)).toThrow(
      "The request has no idempotency key to sign.",
    );
    const bare = createAuthenticator(scheme, { ...values, settings: {} });
    expect(() => bare.headersFor(request)).toThrow('The setting "keyId" is not set.');
  });
});

it("query adds the secret to what is asked", () => {
  const authenticator = createAuthenticator({ type: "query", name: "key", secret: "plain" }, values);
  expect(authenticator.queryFor?.(request)).toEqual({ key: "no key" });
  expect(authenticator.headersFor(request)).toEqual({});
});
