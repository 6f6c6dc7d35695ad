import { createHmac } from "node:crypto";
import { BlockedError } from "../outbound/blocked-error.ts";
import type { Authenticator } from "./authenticator.ts";

const PREFIX = "whsec_";

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardWebhooks(secret: string): Authenticator {
  const encodedKey = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const key = Buffer.from(encodedKey, "base64");
  return {
    headersFor({ idempotencyKey: id, body, now }) {
      if (!id) throw new BlockedError("The request has no idempotency key to sign.");
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
      return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
    },
    derivedSecrets: [encodedKey],
  };
}
