import type { TokenAnswer, TokenRefusal } from "@tidings/sdk/plugin";
import { clip, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH } from "../../execution/foreign-text.ts";
import type { Answer, TransportError } from "../../outbound/answer.ts";
import type { Redact } from "../redaction.ts";
import { codeAt, parseJson, valueAt } from "./json-pointer.ts";
import { NoTokenError } from "./no-token-error.ts";
import type { NewToken } from "./token-store.ts";

/** What a header or a query can carry; vendors ask for room for some hundred characters. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;
const ASSUMED_LIFETIME_SECONDS = 3600;
const LONGEST_LIFETIME_SECONDS = 30 * 86_400;
/** How long before its end a token is renewed, at most; a quarter of its life where that is shorter. */
const RENEW_BEFORE_MS = 10 * 60_000;
/** Refusals are short. What is longer is not searched for one. */
const LONGEST_REFUSAL = 64 * 1024;

/** Reads the answer to a token request; throws NoTokenError if it holds no token. */
export function readTokenAnswer(answer: Answer, where: TokenAnswer, redact: Redact, now: number): NewToken {
  if ("error" in answer) throw new NoTokenError(outcomeOfFailure(answer));
  const document = parseJson(answer.body);
  const value = answer.status < 300 ? valueAt(document, where.token) : undefined;
  if (typeof value !== "string" || !TOKEN.test(value)) {
    throw new NoTokenError(readRefusal(answer.status, document, where, redact));
  }
  const lifetimeMs = readLifetime(valueAt(document, where.lifetimeSeconds)) * 1000;
  const expiresAt = now + lifetimeMs;
  return { value, expiresAt, renewAt: expiresAt - Math.min(RENEW_BEFORE_MS, lifetimeMs / 4) };
}

function readLifetime(value: unknown): number {
  const seconds = typeof value === "string" ? Number(value) : value;
  if (typeof seconds !== "number" || !(seconds > 0)) return ASSUMED_LIFETIME_SECONDS;
  return Math.min(seconds, LONGEST_LIFETIME_SECONDS);
}

// Whether or not the token request arrived: the request that needs the token was not sent.
function outcomeOfFailure({ error, detail }: TransportError): TransportError {
  const reason = `No access token: ${detail}`;
  return { error: error === "blocked" ? "blocked" : "not_sent", detail: reason };
}

function readRefusal(
  status: number,
  document: unknown,
  { code: codePlace, detail: detailPlace, transientCodes = [] }: TokenAnswer,
  redact: Redact,
): TransportError {
  const vendorCode = codeAt(document, codePlace);
  const isPassing = status === 429 || status >= 500 || (vendorCode && transientCodes.includes(vendorCode));
  const isRefused = vendorCode !== undefined || (status >= 400 && status < 500);
  const code = clip(redact(vendorCode ?? `http_${status}`), MAX_CODE_LENGTH);
  const said = valueAt(document, detailPlace);
  const sentence = typeof said === "string" && said !== "" ? clip(redact(said), MAX_DETAIL_LENGTH) : "";
  const detail = sentence || "The vendor's answer holds no access token.";
  return { error: isRefused && !isPassing ? "blocked" : "not_sent", code, detail };
}

/** Whether an answer says that the token it was asked with is not valid, or not any more. */
export function isTokenRefused(answer: Answer, refusal: TokenRefusal): boolean {
  const { statuses = [], code, subCode, codes = [] } = refusal;
  if ("error" in answer) return false;
  if (statuses.includes(answer.status)) return true;
  // A server error may come after the work.
  if (codes.length === 0 || answer.status >= 500 || answer.body.length > LONGEST_REFUSAL) return false;
  const document = parseJson(answer.body);
  return [code, subCode].some((place) => codes.includes(codeAt(document, place) ?? ""));
}
