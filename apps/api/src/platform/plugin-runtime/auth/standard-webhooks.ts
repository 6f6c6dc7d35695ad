import { createHmac } from "node:crypto";
import { BlockedError } from "../outbound/blocked-error.ts";
import type { Authenticator } from "./authenticator.ts";

const PREFIX = "whsec_";

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardWebhooks(secret: string): Authenticator {
  return {
    headersFor({ idempotencyKey: id, body, now }) {
      if (!id) throw new BlockedError("The request has no idempotency key to sign.");
      return signWebhook([secret], { id, body, now });
    },
    derivedSecrets: [encodedKeyOf(secret)],
  };
}

const encodedKeyOf = (secret: string) => (secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);

/** The headers of a call, with a signature by each of the secrets: a receiver needs to know only one of them. */
export function signWebhook(
  secrets: readonly string[],
  { id, body, now }: { id: string; body: string; now: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(encodedKeyOf(secret), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
