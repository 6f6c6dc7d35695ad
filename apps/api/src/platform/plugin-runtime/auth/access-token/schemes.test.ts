import type { AccessTokenScheme } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { hostOfSetting } from "../../testing/plugins.ts";
import { secretNamed } from "../../testing/token-vendor.ts";
import { NoTokenError } from "./no-token-error.ts";
import { isTokenRefused, readTokenAnswer } from "./token-answer.ts";
import { fillRequest } from "./token-request.ts";

/*
 * The forms in which vendors give tokens: each is an entry of a manifest and nothing else. Requests and answers are those
 * of the vendors' documentation.
 */

const NOW = 1_700_000_000_000;
const values = {
  settings: { endpoint: "https://api.vendor.example/", id: "app-1" },
  secrets: { secret: "s/e c+r&et" },
};
const [endpoint, id, secret] = [hostOfSetting("endpoint"), hostOfSetting("id"), secretNamed("secret")];

interface Form {
  scheme: Omit<AccessTokenScheme, "type" | "placement">;
  asks: { url: string; body?: string };
  gives: string;
  lifetimeSeconds: number;
  /** The answer to a wrong secret, and what is told of it. */
  refuses: { status: number; body: string };
  tells: { error: string; code: string; detail: string };
  /** The answer to a call with a token that has ended. */
  ended: { status: number; body: string };
}

const FORMS: Record<string, Form> = {
  "a query, and a code in every answer": {
    scheme: {
      request: {
        method: "GET",
        url: `${endpoint}/cgi-bin/gettoken`,
        query: { corpid: id, corpsecret: secret },
      },
      answer: { token: "/access_token", lifetimeSeconds: "/expires_in", code: "/errcode", detail: "/errmsg" },
      refusal: { code: "/errcode", codes: ["40014", "42001"] },
    },
    asks: { url: "https://api.vendor.example/cgi-bin/gettoken?corpid=app-1&corpsecret=s%2Fe+c%2Br%26et" },
    gives: '{"errcode":0,"errmsg":"ok","access_token":"tok-1","expires_in":7200}',
    lifetimeSeconds: 7200,
    refuses: { status: 200, body: '{"errcode":40001,"errmsg":"invalid credential"}' },
    tells: { error: "blocked", code: "40001", detail: "invalid credential" },
    ended: { status: 200, body: '{"errcode":42001,"errmsg":"access_token expired"}' },
  },
  "a query, and a second code for what concerns the token": {
    scheme: {
      request: { method: "GET", url: `${endpoint}/gettoken`, query: { appkey: id, appsecret: secret } },
      answer: { token: "/access_token", lifetimeSeconds: "/expires_in", code: "/errcode", detail: "/errmsg" },
      refusal: { code: "/errcode", subCode: "/sub_code", codes: ["40014", "42001"] },
    },
    asks: { url: "https://api.vendor.example/gettoken?appkey=app-1&appsecret=s%2Fe+c%2Br%26et" },
    gives: '{"errcode":0,"access_token":"tok-1","errmsg":"ok","expires_in":7200}',
    lifetimeSeconds: 7200,
    refuses: { status: 200, body: '{"errcode":40089,"errmsg":"invalid app key or secret"}' },
    tells: { error: "blocked", code: "40089", detail: "invalid app key or secret" },
    ended: { status: 200, body: '{"errcode":88,"sub_code":"40014","errmsg":"[subcode=40014]"}' },
  },
  "JSON with a flag, and a code in refusals only": {
    scheme: {
      request: {
        method: "POST",
        url: `${endpoint}/cgi-bin/stable_token`,
        json: { grant_type: "client_credential", appid: id, secret, force_refresh: false },
      },
      answer: { token: "/access_token", lifetimeSeconds: "/expires_in", code: "/errcode", detail: "/errmsg" },
      refusal: { code: "/errcode", codes: ["40001", "42001"] },
    },
    asks: {
      url: "https://api.vendor.example/cgi-bin/stable_token",
      body: '{"grant_type":"client_credential","appid":"app-1","secret":"s/e c+r&et","force_refresh":false}',
    },
    gives: '{"access_token":"tok-1","expires_in":345}',
    lifetimeSeconds: 345,
    refuses: { status: 200, body: '{"errcode":40164,"errmsg":"invalid ip 203.0.113.9"}' },
    tells: { error: "blocked", code: "40164", detail: "invalid ip 203.0.113.9" },
    ended: { status: 200, body: '{"errcode":42001,"errmsg":"access_token expired"}' },
  },
  "JSON, and a token under a name of its own": {
    scheme: {
      request: {
        method: "POST",
        url: `${endpoint}/open-apis/auth/v3/tenant_access_token/internal`,
        json: { app_id: id, app_secret: secret },
      },
      answer: { token: "/tenant_access_token", lifetimeSeconds: "/expire", code: "/code", detail: "/msg" },
      refusal: { code: "/code", codes: ["99991663", "99991661"] },
    },
    asks: {
      url: "https://api.vendor.example/open-apis/auth/v3/tenant_access_token/internal",
      body: '{"app_id":"app-1","app_secret":"s/e c+r&et"}',
    },
    gives: '{"code":0,"msg":"ok","tenant_access_token":"tok-1","expire":7200}',
    lifetimeSeconds: 7200,
    refuses: { status: 200, body: '{"code":10014,"msg":"app secret invalid"}' },
    tells: { error: "blocked", code: "10014", detail: "app secret invalid" },
    ended: { status: 400, body: '{"code":99991663,"msg":"token invalid"}' },
  },
  "JSON, and statuses that say it": {
    scheme: {
      request: {
        method: "POST",
        url: `${endpoint}/v1.0/oauth2/accessToken`,
        json: { appKey: id, appSecret: secret },
      },
      answer: { token: "/accessToken", lifetimeSeconds: "/expireIn", code: "/code", detail: "/message" },
      refusal: { statuses: [401] },
    },
    asks: {
      url: "https://api.vendor.example/v1.0/oauth2/accessToken",
      body: '{"appKey":"app-1","appSecret":"s/e c+r&et"}',
    },
    gives: '{"accessToken":"tok-1","expireIn":7200}',
    lifetimeSeconds: 7200,
    refuses: { status: 400, body: '{"code":"invalidClient","message":"the secret is wrong"}' },
    tells: { error: "blocked", code: "invalidClient", detail: "the secret is wrong" },
    ended: { status: 401, body: "" },
  },
  "OAuth 2.0 client credentials, with the secret in the form": {
    scheme: {
      request: {
        method: "POST",
        url: `${endpoint}/oauth2/v3/token`,
        form: { grant_type: "client_credentials", client_id: id, client_secret: secret },
      },
      answer: {
        token: "/access_token",
        lifetimeSeconds: "/expires_in",
        code: "/error",
        detail: "/error_description",
      },
      refusal: { statuses: [401] },
    },
    asks: {
      url: "https://api.vendor.example/oauth2/v3/token",
      body: "grant_type=client_credentials&client_id=app-1&client_secret=s%2Fe+c%2Br%26et",
    },
    gives: '{"access_token":"tok-1","token_type":"Bearer"}',
    lifetimeSeconds: 3600,
    refuses: { status: 400, body: '{"error":"invalid_client","error_description":"s/e c+r&et is wrong"}' },
    tells: { error: "blocked", code: "invalid_client", detail: "[redacted] is wrong" },
    ended: { status: 401, body: "" },
  },
};

const redact = (text: string) => text.replaceAll(values.secrets.secret, "[redacted]");
const answerOf = (status: number, body: string) => ({ status, headers: {}, body });

describe.each(Object.entries(FORMS))("%s", (_name, form) => {
  const { request, answer, refusal } = form.scheme;

  it("asks as documented", () => {
    const { url, body } = fillRequest(request, values);
    expect({ url, ...(body !== undefined && { body }) }).toEqual(form.asks);
  });

  it("finds token and lifetime, and renews in good time", () => {
    const token = readTokenAnswer(answerOf(200, form.gives), answer, redact, NOW);
    const lifetimeMs = form.lifetimeSeconds * 1000;
    expect(token).toMatchObject({ value: "tok-1", expiresAt: NOW + lifetimeMs });
    expect(token.renewAt).toBe(token.expiresAt - Math.min(600_000, lifetimeMs / 4));
  });

  it("passes on the vendor's code and sentence, without the secret", () => {
    const { status, body } = form.refuses;
    const read = () => readTokenAnswer(answerOf(status, body), answer, redact, NOW);
    expect(read).toThrow(NoTokenError);
    expect(read).toThrow(expect.objectContaining({ outcome: form.tells }));
  });

  it("knows an ended token by the answer to a call", () => {
    const { status, body } = form.ended;
    expect(isTokenRefused(answerOf(status, body), refusal)).toBe(true);
    expect(isTokenRefused(answerOf(200, '{"errcode":0,"code":0}'), refusal)).toBe(false);
    expect(isTokenRefused(answerOf(503, body), refusal)).toBe(false);
    expect(isTokenRefused({ error: "ambiguous", detail: "" }, refusal)).toBe(false);
  });
});

it("holds a lifetime to a month, and takes an odd one for an hour", () => {
  const where = { token: "/t", lifetimeSeconds: "/s" };
  const endOf = (seconds: unknown) => {
    const body = JSON.stringify({ t: "tok-1", s: seconds });
    return (readTokenAnswer(answerOf(200, body), where, redact, NOW).expiresAt - NOW) / 1000;
  };
  expect([7200, "7200", 1e12, -1, 0, "soon", null].map(endOf)).toEqual([
    7200,
    7200,
    30 * 86_400,
    3600,
    3600,
    3600,
    3600,
  ]);
});
