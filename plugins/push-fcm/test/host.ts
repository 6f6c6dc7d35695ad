import { createSign } from "node:crypto";
import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

type Keys = Record<string, unknown>;

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** What the holder of the key file signs to get a token; anything in it may be changed. */
export function makeAssertion({ serviceAccount, tokenEndpoint }: Keys, change: Keys = {}, header: Keys = {}) {
  const { client_email: iss, private_key: key, private_key_id: kid } = JSON.parse(String(serviceAccount));
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss,
    scope: "https://www.googleapis.com/auth/firebase.messaging",
    aud: `${tokenEndpoint}/token`,
    iat,
    exp: iat + 3600,
    ...change,
  };
  const signed = `${encode({ alg: "RS256", typ: "JWT", kid, ...header })}.${encode(claims)}`;
  return `${signed}.${createSign("sha256").update(signed).sign(key, "base64url")}`;
}

/** Asks the vendor for a token with an assertion. */
export async function askForToken(
  { tokenEndpoint }: Keys,
  assertion: string,
  grant = "jwt-bearer",
): Promise<Record<string, unknown>> {
  const form = { grant_type: `urn:ietf:params:oauth:grant-type:${grant}`, assertion };
  const response = await fetch(`${tokenEndpoint}/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** A host in small: gets a token, sends a request and tells answers from faults of the transport. */
export function makeSender(keys: Keys, timeoutMs = 2000) {
  let token: Promise<unknown> | undefined;
  return async (request: PlannedRequest): Promise<Answer> => {
    token ??= askForToken(keys, makeAssertion(keys)).then((answer) => answer.access_token);
    const headers = { ...request.headers, authorization: `Bearer ${await token}` };
    return fetchAnswer({ ...request, headers }, timeoutMs);
  };
}
