import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BlockedError } from "../outbound/blocked-error.ts";
import { hostOfSetting } from "../testing/plugins.ts";
import { createAuthenticator, type SignableRequest } from "./index.ts";

const values = {
  settings: { user: "王芳" },
  secrets: {
    token: "tok-0123456789",
    keyId: "test-key-id",
    key: "test-secret",
    webhook: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  },
};

function request(overrides: Partial<SignableRequest> = {}): SignableRequest {
  const url = new URL("https://api.vendor.example/send");
  return {
    method: "POST",
    url,
    headers: {},
    body: "",
    nonce: "0f".repeat(16),
    now: new Date(0),
    ...overrides,
  };
}

describe("bearer, basic and header", () => {
  it.each([
    [{ type: "bearer", secret: "token" } as const, { authorization: "Bearer tok-0123456789" }],
    [
      { type: "basic", user: "user", secret: "token" } as const,
      { authorization: `Basic ${Buffer.from("王芳:tok-0123456789").toString("base64")}` },
    ],
    [{ type: "header", name: "X-Api-Key", secret: "token" } as const, { "x-api-key": "tok-0123456789" }],
  ])("sets the header of %o", (scheme, headers) => {
    expect(createAuthenticator(scheme, values).headersFor(request())).toEqual(headers);
  });

  it("blocks the request when the secret is not set", () => {
    const authenticator = createAuthenticator({ type: "bearer", secret: "other" }, values);
    expect(() => authenticator.headersFor(request())).toThrow('The secret "other" is not set.');
  });
});

describe("a secret whose place is a setting", () => {
  const named = (name: string) => ({ ...values, settings: { carrier: name } });
  const scheme = (type: "header" | "query") =>
    ({ type, name: hostOfSetting("carrier"), secret: "token" }) as const;

  it("goes into the header or the query of that name", () => {
    const inHeader = createAuthenticator(scheme("header"), named("X-Api-Key"));
    expect(inHeader.headersFor(request())).toEqual({ "x-api-key": "tok-0123456789" });
    const inQuery = createAuthenticator(scheme("query"), named("key"));
    expect(inQuery.queryFor?.(request())).toEqual({ key: "tok-0123456789" });
    expect(inQuery.headersFor(request())).toEqual({});
  });

  it.each(["", "a b", "x\r\nHost: other", "Host", "transfer-encoding", "Content-Length"])(
    "never goes into a header %j",
    (name) => {
      const authenticator = createAuthenticator(scheme("header"), named(name));
      expect(() => authenticator.headersFor(request())).toThrow(BlockedError);
    },
  );
});

describe("standard-webhooks", () => {
  const authenticator = createAuthenticator({ type: "standard-webhooks", secret: "webhook" }, values);

  it("signs the specification's example", () => {
    const headers = authenticator.headersFor(
      request({
        idempotencyKey: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        body: '{"test": 2432232314}',
        now: new Date(1_614_265_330_999),
      }),
    );
    expect(headers).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("signs the bytes of the body, not its characters", () => {
    const key = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
    const expected = createHmac("sha256", key).update(Buffer.from("dlv_1.0.汉字")).digest("base64");
    const headers = authenticator.headersFor(request({ idempotencyKey: "dlv_1", body: "汉字" }));
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  });

  it("blocks a request without an idempotency key", () => {
    expect(() => authenticator.headersFor(request())).toThrow("idempotency key");
  });
});

describe("acs3", () => {
  const authenticator = createAuthenticator({ type: "acs3", accessKeyId: "keyId", secret: "key" }, values);
  const query = "SignName=%E7%9F%A5%E8%A1%8C%20*%27%28%29&PhoneNumbers=13800000000%2C13800000001&OutId=dlv_1";
  const rpc = request({
    url: new URL(`https://api.vendor.example:8443/?${query}`),
    headers: {
      "user-agent": "not signed",
      "content-type": "application/x-www-form-urlencoded",
      "x-acs-action": "SendSms",
      "x-acs-version": "2017-05-25",
      "x-acs-signature-nonce": "0123456789abcdef",
    },
    body: "TemplateParamJson=%5B%7B%22code%22%3A%221234%22%7D%5D",
    now: new Date("2024-05-06T07:08:09.987Z"),
  });

  // Computed with another implementation, from the canonical request written out by hand.
  it("signs sorted and re-encoded query, signed headers and body hash", () => {
    const signedHeaders =
      "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
    const signature = "e306a0abe67fe18306a448279abfecc6b9541ba4a2918dbe5bd9fcc4c8018efe";
    expect(authenticator.headersFor(rpc)).toEqual({
      host: "api.vendor.example:8443",
      "x-acs-date": "2024-05-06T07:08:09Z",
      "x-acs-signature-nonce": "0123456789abcdef",
      "x-acs-content-sha256": "321ce4e449db1a61da2cb119a6344af2d89bd2e9338fdef9a20c5d3c376ab7f8",
      authorization: `ACS3-HMAC-SHA256 Credential=test-key-id,SignedHeaders=${signedHeaders},Signature=${signature}`,
    });
  });

  it("takes a fresh nonce for every request", () => {
    const nonces = [1, 2].map(() => authenticator.headersFor(request())["x-acs-signature-nonce"]);
    expect(nonces[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(nonces[0]).not.toBe(nonces[1]);
  });
});

describe("tc3", () => {
  const scheme = { type: "tc3", secretId: "keyId", secret: "key", service: "sms" } as const;
  const authenticator = createAuthenticator(scheme, values);
  const json = "application/json; charset=utf-8";
  const send = request({
    url: new URL("https://api.vendor.example:8443/"),
    headers: { "content-type": json, "x-tc-action": "SendSms", "x-tc-version": "2021-01-11" },
    body: '{"SignName":"知行学校"}',
    // Already the next day in Beijing: the scope has the day in UTC.
    now: new Date("2024-05-06T17:08:09.987Z"),
  });

  it("signs the example of the vendor's documentation", () => {
    const secrets = { keyId: `AKID${"*".repeat(32)}`, key: "*".repeat(32) };
    const documented = createAuthenticator({ ...scheme, service: "cvm" }, { settings: {}, secrets });
    const headers = documented.headersFor(
      request({
        url: new URL("https://cvm.tencentcloudapi.com/"),
        headers: { "content-type": json, "x-tc-action": "DescribeInstances" },
        body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
        now: new Date(1_551_113_065_000),
      }),
    );
    const signature = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";
    expect(headers.authorization).toBe(
      `TC3-HMAC-SHA256 Credential=${secrets.keyId}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=${signature}`,
    );
  });

  // The signatures of the following were computed with another implementation.
  it("signs content type, host with port, action, the bytes of the body and the second", () => {
    const signature = "8d3c5917e1f2f39de19556df287d28e446244f59716860bb38de232f1d3f522f";
    expect(authenticator.headersFor(send)).toEqual({
      host: "api.vendor.example:8443",
      "x-tc-timestamp": "1715015289",
      authorization: `TC3-HMAC-SHA256 Credential=test-key-id/2024-05-06/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=${signature}`,
    });
  });

  it("signs the query of a GET, and of nothing else", () => {
    const list = request({
      method: "GET",
      url: new URL("https://api.vendor.example/?Limit=10&Offset=0"),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-tc-action": "DescribeInstances" },
      now: send.now,
    });
    const cvm = createAuthenticator({ ...scheme, service: "cvm" }, values);
    expect(cvm.headersFor(list).authorization).toMatch(
      /=97b4cdf4cf37255f99931068ffb92a7f2ff2d689039f81c363df4057f7359888$/,
    );
    const queried = { ...send, url: new URL("?Limit=10", send.url) };
    expect(authenticator.headersFor(queried)).toEqual(authenticator.headersFor(send));
  });

  it("blocks a request that lacks what has to be signed", () => {
    expect(() => authenticator.headersFor({ ...send, headers: { "content-type": json } })).toThrow(
      "The request has no x-tc-action to sign.",
    );
  });
});
