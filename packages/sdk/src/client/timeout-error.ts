import { TidingsError } from "./tidings-error.ts";

/**
 * The call took longer than its `timeoutMs`, repetitions included. What was asked for may have happened.
 *
 * @example
 * ```ts
 * try {
 *   await tidings.getFunnel({ query, timeoutMs: 2_000 });
 * } catch (error) {
 *   if (error instanceof TimeoutError) console.warn(`no report within ${error.timeoutMs} ms`);
 * }
 * ```
 */
export class TimeoutError extends TidingsError {
  override readonly name = "TimeoutError";
  /** The limit that was exceeded, milliseconds. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}
