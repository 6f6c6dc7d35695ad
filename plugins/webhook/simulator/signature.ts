import { createHmac, timingSafeEqual } from "node:crypto";

const CLOCK_TOLERANCE_SECONDS = 5 * 60;

/**
 * The receiver's side of Standard Webhooks:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @returns what is wrong, or nothing when the request is genuine
 */
export function findSignatureFault(
  headers: Headers,
  body: string,
  secret: string,
  now: number,
): string | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signatures = headers.get("webhook-signature");
  if (!id || !signatures || !/^\d{1,12}$/.test(timestamp)) return "a webhook header is missing";
  if (Math.abs(now / 1000 - Number(timestamp)) > CLOCK_TOLERANCE_SECONDS) {
    return "the timestamp is more than five minutes off";
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  const genuine = signatures.split(" ").some((entry) => isSignature(entry, expected));
  return genuine ? undefined : "the signature does not verify";
}

// Several signatures may be listed while a secret is being replaced; one that fits is enough.
function isSignature(entry: string, expected: Buffer): boolean {
  const [version, value = ""] = entry.split(",", 2);
  const signature = Buffer.from(value, "base64");
  return version === "v1" && signature.length === expected.length && timingSafeEqual(signature, expected);
}
