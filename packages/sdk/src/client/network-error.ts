import { TidingsError } from "./tidings-error.ts";

/**
 * No whole answer came: offline, the server is down, or the connection broke on the way. What was asked for may have
 * happened; `cause` says what the platform's `fetch` reported.
 *
 * @example
 * ```ts
 * // With an idempotency key it is safe to ask again: nothing is sent twice.
 * const isSafeToRepeat = error instanceof NetworkError && idempotencyKey !== undefined;
 * ```
 */
export class NetworkError extends TidingsError {
  override readonly name = "NetworkError";

  constructor(cause: unknown) {
    super("The server could not be reached, or its answer broke off.", { cause });
  }
}
