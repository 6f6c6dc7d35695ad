export const HMAC_ALGORITHMS = ["sha1", "sha256", "sha512"] as const;
export const HMAC_ENCODINGS = ["hex", "base64"] as const;

/**
 * A signature over a text that is put together from the request, for vendors that have no name for theirs.
 *
 * In `message`, `${method}`, `${host}`, `${path}`, `${query}` (as written, without `?`), `${body}`, `${timestamp}`,
 * `${nonce}` (32 hexadecimal digits) and `${idempotencyKey}` stand for the request's parts, `${settings.<name>}` and
 * `${secrets.<name>}` for values of the settings form. In `headers` and `query` there are `${signature}`, `${timestamp}`,
 * `${nonce}` and the form's values.
 *
 * @example
 * {
 *   "type": "hmac",
 *   "secret": "signingSecret",
 *   "algorithm": "sha256",
 *   "encoding": "hex",
 *   "message": "${timestamp}\n${method}\n${path}\n${body}",
 *   "headers": { "x-timestamp": "${timestamp}", "x-signature": "${signature}" }
 * }
 */
export interface HmacScheme {
  type: "hmac";
  /** The secret setting that is the key. */
  secret: string;
  algorithm: (typeof HMAC_ALGORITHMS)[number];
  encoding: (typeof HMAC_ENCODINGS)[number];
  message: string;
  /** The unit of `${timestamp}`, which counts from 1970; seconds unless given. */
  timestamp?: "seconds" | "milliseconds";
  headers?: Record<string, string>;
  query?: Record<string, string>;
}
