import type { ReceiptAuthentication, ReceiptInput } from "@tidings/sdk/plugin";
import type { SchemeValues } from "../auth/index.ts";
import { findCiphertext, openEnvelope } from "./aes-envelope.ts";
import { PushRefused } from "./push-refused.ts";
import { isSigned, isTimely, readSignedParts } from "./sorted-sha1.ts";

/** A push as it came in. */
type Push = Pick<ReceiptInput, "headers" | "query" | "body">;

/**
 * The push as the plugin is to read it: proven to be the vendor's, and out of its envelope. Throws PushRefused otherwise.
 *
 * A repeat within the window is let through, because vendors repeat as well: the events' own ids see to that it changes
 * nothing.
 */
export function authenticatePush(
  scheme: ReceiptAuthentication,
  { settings, secrets }: SchemeValues,
  push: Push,
  now: number,
): Push {
  const secret = secrets[scheme.secret];
  if (!secret) {
    throw new PushRefused(
      403,
      `The channel's "${scheme.secret}" is not set, so that no push can be checked. Fill it in, here and at the vendor.`,
    );
  }
  const { query, body } = push;
  const { envelope } = scheme;
  const key = envelope && secrets[envelope.key];
  // A push without a body asks whether the address is listening; there is nothing to put in an envelope.
  if (!envelope || body === "") {
    assertProven(scheme, secret, query, scheme.signature, now);
    return push;
  }
  const ciphertext = findCiphertext(body, envelope.field);
  if (!key) {
    assertProven(scheme, secret, query, scheme.signature, now);
    if (ciphertext === undefined) return push;
    throw new PushRefused(
      403,
      `The push is encrypted, and the channel's "${envelope.key}" is not set. Fill it in, or have pushes sent in plain text.`,
    );
  }
  if (ciphertext === undefined) {
    assertProven(scheme, secret, query, scheme.signature, now);
    throw new PushRefused(
      403,
      `The push is in plain text, and the channel's "${envelope.key}" is set. Have pushes encrypted, or remove the key.`,
    );
  }
  assertProven(scheme, secret, query, envelope.signature, now, ciphertext);
  return {
    ...push,
    body: openEnvelope(envelope, key, ciphertext, String(settings[envelope.receiver] ?? "")),
  };
}

function assertProven(
  scheme: ReceiptAuthentication,
  secret: string,
  query: Record<string, string>,
  signatureName: string,
  now: number,
  ...others: string[]
): void {
  const parts = readSignedParts(scheme, query, signatureName);
  if (!parts) {
    const names = [signatureName, scheme.timestamp, scheme.nonce].map((name) => `"${name}"`).join(", ");
    throw new PushRefused(401, `The push is not signed: its query needs ${names}.`);
  }
  // The signature first: who cannot sign is told nothing about the rest.
  if (!isSigned(parts, secret, others)) {
    throw new PushRefused(
      401,
      `The push's "${signatureName}" is wrong. Check that the vendor has the channel's "${scheme.secret}".`,
    );
  }
  if (!isTimely(parts, scheme.windowSeconds, now)) {
    throw new PushRefused(
      403,
      `The push was signed more than ${scheme.windowSeconds} seconds ago, or ahead of our clock.`,
    );
  }
}
