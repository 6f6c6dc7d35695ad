/** Tells a repeated request from a second one. */
// `randomUUID` is missing where the console is served without TLS.
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
