import { generateKeyPairSync, verify } from "node:crypto";
import type { PluginManifest } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { batchOf, hostOfSetting, manifestWith, postEach } from "./testing/plugins.ts";
import { useVendor } from "./testing/runtime.ts";
import { jwtScheme, makeSigningKey, pemOf } from "./testing/signed-tokens.ts";
import { secretNamed, tokenScheme } from "./testing/token-vendor.ts";

const { vendor, behave, pass, runtimeFor } = useVendor();

const ec = makeSigningKey();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = JSON.stringify({ client_email: "push@project.example", private_key: pemOf(rsa.privateKey) });

const jwt = jwtScheme();

const grant = tokenScheme({
  request: {
    method: "POST",
    url: `${hostOfSetting("endpoint")}/token`,
    form: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: `\${assertion}` },
    assertion: {
      algorithm: "RS256",
      key: secretNamed("account/private_key"),
      claims: {
        iss: secretNamed("account/client_email"),
        aud: "https://vendor.example/token",
        scope: "push",
      },
      lifetimeSeconds: 3600,
    },
  },
  answer: {
    token: "/access_token",
    lifetimeSeconds: "/expires_in",
    code: "/error",
    detail: "/error_description",
  },
  placement: { in: "header", name: "authorization", prefix: "Bearer " },
  refusal: { statuses: [401] },
});

function openWith(
  auth: PluginManifest["auth"],
  secrets: Record<string, string> = { token: pemOf(ec.privateKey), account },
) {
  const { runtime, channel, logs } = runtimeFor(postEach, { ...manifestWith(), auth });
  const own = { ...channel, readSecrets: async () => secrets };
  return { send: (...refs: string[]) => runtime.send(own, batchOf(...refs)), runtime, channel: own, logs };
}

const tokenOf = (index: number) =>
  vendor().requests[index]?.headers.authorization?.replace("Bearer ", "") ?? "";
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("a token that the host signs", () => {
  it("is genuine, and one for all requests until it is to be renewed", async () => {
    const { send } = openWith({ api: jwt });
    await Promise.all([send("a", "b"), send("c")]);
    pass(2_399_000);
    await send("d");
    pass(2_000);
    expect(await send("e")).toMatchObject([{ status: "accepted" }]);
    const tokens = vendor().requests.map((_, index) => tokenOf(index));
    expect(new Set(tokens.slice(0, 4)).size).toBe(1);
    expect(tokens[4]).not.toBe(tokens[0]);
    expect(claimsOf(tokens[4] ?? "").iat - claimsOf(tokens[0] ?? "").iat).toBe(2401);
    const [header, claims, signature = ""] = (tokens[0] ?? "").split(".");
    const key = { key: ec.publicKey, dsaEncoding: "ieee-p1363" as const };
    const data = Buffer.from(`${header}.${claims}`);
    expect(verify("sha256", data, key, Buffer.from(signature, "base64url"))).toBe(true);
    expect(claimsOf(tokens[0] ?? "")).toEqual({ iss: vendor().origin, iat: 1_700_000_000 });
  });

  it("is replaced once for all when the vendor calls it expired, and the refused calls are repeated", async () => {
    const refused = new Set<string>();
    behave(({ headers }, response) => {
      const { authorization = "" } = headers;
      if (refused.size === 0) refused.add(authorization);
      if (!refused.has(authorization)) return void response.end("{}");
      response.writeHead(403).end('{"reason":"ExpiredToken"}');
    });
    const { send } = openWith({ api: jwt });
    const results = await send("a", "b", "c");
    expect(results.map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
    const carried = vendor().requests.map(({ headers }) => headers.authorization);
    expect(new Set(carried).size).toBe(2);
    expect(carried).toHaveLength(6);
  });

  it("is not shown to the plugin where the vendor echoes it", async () => {
    behave(({ headers }, response) => response.end(`seen: ${headers.authorization}`));
    const { send } = openWith({ api: jwt });
    expect(await send("a")).toMatchObject([{ status: "accepted", detail: "seen: Bearer [redacted]" }]);
  });

  it("is not made with a key that is none, and the channel is told so", async () => {
    const { send, logs } = openWith({ api: jwt }, { token: "my-own-secret", account });
    const [result] = await send("a");
    expect(result).toMatchObject({
      code: "blocked",
      detail: expect.stringContaining("The private key is not"),
    });
    expect(vendor().requests).toEqual([]);
    expect(JSON.stringify([result, logs])).not.toContain("my-own-secret");
  });
});

describe("an access token for a signed assertion", () => {
  /** Gives a token for an assertion that is genuine, meant for it and not too old. */
  const giveToken = (body: string, now: number) => {
    const assertion = new URLSearchParams(body).get("assertion") ?? "";
    const [header, claims, signature = ""] = assertion.split(".");
    const isGenuine = verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      rsa.publicKey,
      Buffer.from(signature, "base64url"),
    );
    const { iss, aud, exp } = claimsOf(assertion);
    const isFit = iss === "push@project.example" && aud === "https://vendor.example/token" && exp > now;
    return isGenuine && isFit
      ? '{"access_token":"given-for-an-assertion","expires_in":3600}'
      : `{"error":"invalid_grant","error_description":"not with ${assertion}"}`;
  };

  it("is asked for once, with what only the holder of the key can sign", async () => {
    behave(({ url, body }, response) =>
      response.end(url === "/token" ? giveToken(body, 1_700_000_000) : "{}"),
    );
    const { send } = openWith({ api: grant });
    const results = await Promise.all([send("a"), send("b"), send("c")]);
    expect(results.flat().map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
    const asked = vendor().requests.filter(({ url }) => url === "/token");
    expect(asked).toHaveLength(1);
    expect(new URLSearchParams(asked[0]?.body).get("grant_type")).toBe(
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    );
    expect(vendor().requests.at(-1)?.headers.authorization).toBe("Bearer given-for-an-assertion");
  });

  it("that is refused is told in the vendor's words, without the assertion", async () => {
    behave(({ body }, response) => response.writeHead(400).end(giveToken(body, 1_800_000_000)));
    const { send } = openWith({ api: grant });
    expect(await send("a")).toMatchObject([{ code: "blocked", detail: "not with [redacted]" }]);
    expect(vendor().requests).toHaveLength(1);
  });
});

it("sends what a signature and a secret add to the query, and hides them in the answer", async () => {
  behave(({ url }, response) => response.end(url));
  const { send } = openWith(
    { api: { type: "query", name: "access_key", secret: "key" } },
    { key: "s/e cret" },
  );
  expect(await send("a")).toMatchObject([{ detail: "/send/a?access_key=[redacted]" }]);
  expect(vendor().requests[0]?.url).toBe("/send/a?access_key=s%2Fe+cret");
});
