import { verify } from "node:crypto";
import { readJsonObject } from "@tidings/sdk/testing";
import type { Account } from "./account.ts";

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
const LONGEST_SECONDS = 3600;
/** How far the clocks may be apart. */
const SKEW_SECONDS = 300;

/** An OAuth 2.0 error: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2 */
export interface GrantFault {
  error: "invalid_grant" | "invalid_scope" | "unsupported_grant_type";
  error_description: string;
}

/**
 * What is wrong with a signed assertion, or nothing.
 * https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
export function findFault(assertion: string, account: Account, audience: string, now: number) {
  const [header = "", claims = "", signature = "", ...more] = assertion.split(".");
  const { alg, kid } = readPart(header);
  const { iss, aud, scope, iat, exp } = readPart(claims);
  if (alg !== "RS256" || more.length > 0) return invalid("Invalid JWT: not signed with RS256.");
  if (iss !== account.clientEmail) return invalid("Invalid grant: account not found");
  if (kid !== account.keyId) return invalid("Invalid JWT Signature.");
  const data = Buffer.from(`${header}.${claims}`);
  if (!verify("sha256", data, account.publicKey, Buffer.from(signature, "base64url"))) {
    return invalid("Invalid JWT Signature.");
  }
  if (aud !== audience) return invalid("Invalid JWT: the audience is not this endpoint.");
  const seconds = now / 1000;
  const isTimely =
    typeof iat === "number" &&
    typeof exp === "number" &&
    iat <= seconds + SKEW_SECONDS &&
    exp > seconds - SKEW_SECONDS &&
    exp - iat <= LONGEST_SECONDS;
  if (!isTimely) {
    return invalid(
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    );
  }
  if (scope === SCOPE) return undefined;
  return {
    error: "invalid_scope",
    error_description: "Invalid OAuth scope or ID token audience provided.",
  } as const;
}

const invalid = (description: string): GrantFault => ({
  error: "invalid_grant",
  error_description: description,
});

const readPart = (part: string) => readJsonObject(Buffer.from(part, "base64url").toString()) ?? {};
