import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { SignedToken, SignedTokenAlgorithm } from "@tidings/sdk/plugin";
import { BlockedError } from "../../outbound/blocked-error.ts";
import type { SchemeValues } from "../authenticator.ts";
import { fill } from "./template.ts";

/** Signs a token that is issued now; throws BlockedError if a value is not set or the key is none. */
export function signToken(token: SignedToken, values: SchemeValues, now: Date): string {
  const { algorithm, key, header = {}, claims = {}, lifetimeSeconds } = token;
  const issuedAt = Math.floor(now.getTime() / 1000);
  const signed = [
    encode({ alg: algorithm, ...fillAll(header, values) }),
    encode({
      ...fillAll(claims, values),
      iat: issuedAt,
      ...(lifetimeSeconds !== undefined && { exp: issuedAt + lifetimeSeconds }),
    }),
  ].join(".");
  const privateKey = readKey(fill(key, values), algorithm);
  // RFC 7518 has the two numbers of an ECDSA signature side by side; for RSA the option means nothing.
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

const fillAll = (fields: Record<string, string | number | boolean>, values: SchemeValues) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? fill(value, values) : value,
    ]),
  );

const PEM = /^\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/;
/** Below it RSA is no longer taken for safe, and vendors refuse it. */
const MIN_RSA_BITS = 2048;

/** Reads PEM; a form field of one line may have lost its line breaks. */
function readKey(text: string, algorithm: SignedTokenAlgorithm): KeyObject {
  const body = PEM.exec(text)?.[1]?.replace(/\s/g, "");
  if (!body) throw unfit(algorithm);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(body, "base64"), format: "der", type: "pkcs8" });
  } catch {
    throw unfit(algorithm);
  }
  if (!isFit(key, algorithm)) throw unfit(algorithm);
  return key;
}

function isFit(
  { asymmetricKeyType: type, asymmetricKeyDetails = {} }: KeyObject,
  algorithm: string,
): boolean {
  if (algorithm === "ES256") return type === "ec" && asymmetricKeyDetails.namedCurve === "prime256v1";
  return type === "rsa" && (asymmetricKeyDetails.modulusLength ?? 0) >= MIN_RSA_BITS;
}

const KEY_NAMES = { ES256: "an elliptic curve key (P-256)", RS256: "an RSA key of 2048 bits or more" };

const unfit = (algorithm: SignedTokenAlgorithm) =>
  new BlockedError(
    `The private key is not ${KEY_NAMES[algorithm]} in PEM (PKCS #8), as the vendor gives it.`,
  );
