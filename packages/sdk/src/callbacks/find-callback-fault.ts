import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 5 * 60;

/** What `Headers` are to whoever reads them. */
interface HeaderReader {
  get(name: string): string | null | undefined;
}

/**
 * Checks that a callback comes from Tidings: its signature by Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), and that it was made
 * within the last five minutes. Whoever receives callbacks also remembers their `webhook-id`: the same one may come
 * again.
 *
 * @param headers - the request's headers; names in any case with `Headers`, in lower case with a plain object
 * @param body - the body as it came, before it is parsed
 * @param secrets - the endpoint's secrets (`whsec_…`), two of them while one is replaced
 * @param now - the time, milliseconds since 1970
 * @returns what is wrong, or nothing when the callback is genuine
 *
 * @example
 * ```ts
 * const fault = findCallbackFault(request.headers, await request.text(), [process.env.CALLBACK_SECRET]);
 * if (fault !== undefined) return new Response(fault, { status: 401 });
 * ```
 */
export function findCallbackFault(
  headers: HeaderReader | Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  secrets: readonly string[],
  now: number = Date.now(),
): string | undefined {
  const read = (name: string) => (isReader(headers) ? headers.get(name) : headers[name]) ?? "";
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(read(name)),
  );
  if (!id || !signatures || !timestamp || !/^\d{1,12}$/.test(timestamp)) return "a webhook header is missing";
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    return "the timestamp is more than five minutes off";
  }
  const isGenuine = secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
    return signatures.split(" ").some((entry) => isSignature(entry, expected));
  });
  return isGenuine ? undefined : "the signature does not verify";
}

/** Not by its class: other libraries have `Headers` of their own. */
const isReader = (headers: object): headers is HeaderReader =>
  "get" in headers && typeof headers.get === "function";

function isSignature(entry: string, expected: Buffer): boolean {
  const [version, value = ""] = entry.split(",", 2);
  const signature = Buffer.from(value, "base64");
  return version === "v1" && signature.length === expected.length && timingSafeEqual(signature, expected);
}
