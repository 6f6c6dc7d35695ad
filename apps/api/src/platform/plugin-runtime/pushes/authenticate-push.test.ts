import { createCipheriv } from "node:crypto";
import type { ReceiptAuthentication } from "@tidings/sdk/plugin";
import { signSorted } from "@tidings/sdk/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encrypt, inXml, PUSH_KEY, PUSH_SCHEME, PUSH_TOKEN, signedQuery } from "../testing/signed-pushes.ts";
import { authenticatePush } from "./authenticate-push.ts";
import { PushRefused } from "./push-refused.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const BODY = "<xml><Event><![CDATA[沙尘暴]]></Event></xml>";
const SETTINGS = { appId: "wx-1" };
const { envelope: _, ...PLAIN_SCHEME } = PUSH_SCHEME;

interface Attempt {
  scheme?: ReceiptAuthentication;
  secrets?: Record<string, string>;
  query?: Record<string, string>;
  body?: string;
  now?: number;
}

const attempt = ({ scheme = PUSH_SCHEME, secrets, query, body = BODY, now = NOW }: Attempt) =>
  authenticatePush(
    scheme,
    { settings: SETTINGS, secrets: secrets ?? { pushToken: PUSH_TOKEN } },
    { headers: {}, query: query ?? signedQuery(NOW), body },
    now,
  );

function refusalOf(tried: Attempt): [number, string] {
  try {
    attempt(tried);
  } catch (error) {
    if (error instanceof PushRefused) return [error.status, error.message];
    throw error;
  }
  throw new Error("the push was taken");
}

const BOTH = { pushToken: PUSH_TOKEN, pushKey: PUSH_KEY };
const enveloped = (body = BODY, receiver = SETTINGS.appId, key = PUSH_KEY): Attempt => {
  const ciphertext = encrypt(body, receiver, key);
  return { secrets: BOTH, query: signedQuery(NOW, PUSH_TOKEN, ciphertext), body: inXml(ciphertext) };
};

describe("a signed push", () => {
  it("is handed on as it is", () => {
    expect(attempt({}).body).toBe(BODY);
    expect(attempt({ scheme: PLAIN_SCHEME }).body).toBe(BODY);
  });

  it("may write its signature in capitals", () => {
    const query = signedQuery(NOW);
    expect(attempt({ query: { ...query, signature: query.signature?.toUpperCase() ?? "" } }).body).toBe(BODY);
  });

  it.each([
    ["an hour old", NOW + 3_600_000],
    ["of the future", NOW - 3_600_000],
    ["a second too old", NOW + 601_000],
  ])("is refused when it is %s", (_name, now) => {
    expect(refusalOf({ now })).toEqual([403, expect.stringContaining("600 seconds")]);
  });

  it("is taken up to the window's edge, and more than once", () => {
    for (const now of [NOW, NOW, NOW + 600_000, NOW - 600_000]) expect(attempt({ now }).body).toBe(BODY);
  });

  it.each(["signature", "timestamp", "nonce"])("is refused without its %s", (name) => {
    const { [name]: _left, ...query } = signedQuery(NOW);
    expect(refusalOf({ query })).toEqual([401, expect.stringContaining("not signed")]);
  });

  it("is refused while the channel has no secret, whatever it is signed with", () => {
    const refusal = [403, expect.stringContaining('"pushToken" is not set')];
    expect(refusalOf({ secrets: {} })).toEqual(refusal);
    expect(refusalOf({ secrets: { pushToken: "" }, query: signedQuery(NOW, "") })).toEqual(refusal);
  });

  it("is refused with any other secret, time, nonce or signature, and nothing of the secret is told", () => {
    const good = signedQuery(NOW);
    const others = fc.oneof(
      fc.string().map((token) => ({ query: signedQuery(NOW, `${token}x`) })),
      fc.string().map((nonce) => ({ query: { ...good, nonce: `${nonce}1` } })),
      fc.integer({ min: 1, max: 600 }).map((ahead) => ({
        query: { ...good, timestamp: String(Number(good.timestamp) + ahead) },
      })),
      fc.nat(39).map((at) => ({ query: { ...good, signature: flip(good.signature ?? "", at) } })),
      fc
        .dictionary(fc.constantFrom("signature", "timestamp", "nonce"), fc.string())
        .map((query) => ({ query })),
    );
    fc.assert(
      fc.property(others, (tried) => {
        const [status, message] = refusalOf(tried);
        expect(status).toBe(401);
        expect(message).not.toContain(PUSH_TOKEN);
      }),
    );
  });
});

/** Another hexadecimal digit at one place. */
const flip = (hex: string, at: number) =>
  `${hex.slice(0, at)}${((Number.parseInt(hex[at] ?? "0", 16) + 1) % 16).toString(16)}${hex.slice(at + 1)}`;

describe("a push in an envelope", () => {
  it("gives the body back, in XML and in JSON, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (body, isJson) => {
        const ciphertext = encrypt(body, SETTINGS.appId);
        const query = signedQuery(NOW, PUSH_TOKEN, ciphertext);
        const sent = isJson ? JSON.stringify({ ToUserName: "gh_1", Encrypt: ciphertext }) : inXml(ciphertext);
        expect(attempt({ secrets: BOTH, query, body: sent }).body).toBe(body);
      }),
    );
  });

  // The example that a vendor's page on decryption gives.
  it("is opened as vendors close it", () => {
    const ciphertext =
      "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==";
    const push = {
      headers: {},
      query: {
        msg_signature: "477715d11cdb4164915debcba66cb864d751f3e6",
        timestamp: "1409659813",
        nonce: "1372623149",
      },
      body: inXml(ciphertext),
    };
    const secrets = { pushToken: "QDG6eK", pushKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
    const values = { settings: { appId: "wx5823bf96d3bd56c7" }, secrets };
    expect(authenticatePush(PUSH_SCHEME, values, push, 1_409_659_813_000).body).toContain(
      "<Content><![CDATA[hello]]></Content>",
    );
  });

  it("needs none for the question whether the address is listening", () => {
    expect(attempt({ secrets: BOTH, body: "" }).body).toBe("");
  });

  it("is refused when its ciphertext is not the signed one, before anything is decrypted", () => {
    const { query = {} } = enveloped();
    const tried = { secrets: BOTH, query, body: inXml(encrypt(BODY, SETTINGS.appId)) };
    expect(refusalOf(tried)).toEqual([401, expect.stringContaining('"msg_signature" is wrong')]);
    expect(refusalOf({ ...tried, query: signedQuery(NOW) })).toEqual([401, expect.any(String)]);
  });

  it("is refused for another receiver, and with another key", () => {
    expect(refusalOf(enveloped(BODY, "wx-2"))).toEqual([403, expect.stringContaining('"appId"')]);
    const otherKey = `Z${PUSH_KEY.slice(1)}`;
    expect(refusalOf(enveloped(BODY, SETTINGS.appId, otherKey))).toEqual([
      403,
      expect.stringContaining("cannot be decrypted"),
    ]);
  });

  it("is not opened by a key that is none", () => {
    const secrets = { ...BOTH, pushKey: "short" };
    expect(refusalOf({ ...enveloped(), secrets })).toEqual([403, expect.stringContaining('"pushKey"')]);
  });

  it("is neither left out nor put in against the channel's settings", () => {
    expect(refusalOf({ secrets: BOTH })).toEqual([403, expect.stringContaining("plain text")]);
    const { pushKey: _none, ...tokenOnly } = BOTH;
    expect(refusalOf({ ...enveloped(), secrets: tokenOnly })).toEqual([
      403,
      expect.stringContaining('"pushKey" is not set'),
    ]);
  });

  it("never fails in another way than by being refused, whatever is signed", () => {
    const ciphertexts = fc.oneof(
      fc.base64String(),
      fc.uint8Array({ maxLength: 96 }).map((bytes) => encryptRaw(bytes)),
    );
    fc.assert(
      fc.property(ciphertexts, (ciphertext) => {
        const query = signedQuery(NOW, PUSH_TOKEN, ciphertext);
        const [status] = refusalOf({ secrets: BOTH, query, body: JSON.stringify({ Encrypt: ciphertext }) });
        expect(status).toBe(403);
      }),
    );
  });
});

/** Whole blocks of anything, encrypted with the right key. */
function encryptRaw(bytes: Uint8Array): string {
  const key = Buffer.from(PUSH_KEY, "base64");
  const plain = Buffer.alloc(Math.ceil((bytes.byteLength + 1) / 16) * 16);
  plain.set(bytes);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

it("signs as the vendors' pages describe it: sorted, joined, SHA-1", () => {
  expect(signSorted("b", "a", "c")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
});
