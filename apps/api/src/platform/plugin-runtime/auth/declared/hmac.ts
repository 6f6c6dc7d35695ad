import { createHmac } from "node:crypto";
import type { HmacScheme } from "@tidings/sdk/plugin";
import { BlockedError } from "../../outbound/blocked-error.ts";
import type { Authenticator, SchemeValues, SignableRequest } from "../authenticator.ts";
import { fill, wordsIn } from "./template.ts";

/** A signature over the text that the manifest puts together; see {@link HmacScheme}. */
export function hmac(scheme: HmacScheme, secret: string, values: SchemeValues): Authenticator {
  const { algorithm, encoding, message, headers = {}, query = {} } = scheme;

  function fillAll(fields: Record<string, string>, request: SignableRequest): Record<string, string> {
    const words = wordsOf(request, scheme);
    const text = fill(message, values, words);
    const signature = createHmac(algorithm, secret).update(text).digest(encoding);
    const { timestamp, nonce } = words;
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        fill(value, values, { timestamp, nonce, signature }),
      ]),
    );
  }

  const lowered = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    headersFor: (request) => fillAll(lowered, request),
    queryFor: (request) => fillAll(query, request),
    derivedSecrets: [],
  };
}

function wordsOf(request: SignableRequest, { timestamp, message }: HmacScheme) {
  const { method, url, body, idempotencyKey = "", nonce, now } = request;
  if (idempotencyKey === "" && wordsIn(message).includes("idempotencyKey")) {
    throw new BlockedError("The request has no idempotency key to sign.");
  }
  const milliseconds = now.getTime();
  return {
    method,
    host: url.host,
    path: url.pathname,
    query: url.search.slice(1),
    body,
    timestamp: String(timestamp === "milliseconds" ? milliseconds : Math.floor(milliseconds / 1000)),
    nonce,
    idempotencyKey,
  };
}
