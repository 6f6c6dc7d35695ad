import type { TransportError } from "../../outbound/answer.ts";

/** There is no token to send a request with, so it is not sent. */
export class NoTokenError extends Error {
  override readonly name = "NoTokenError";
  /** What the request ends with instead of an answer. */
  readonly outcome: TransportError;

  constructor(outcome: TransportError) {
    super(outcome.detail);
    this.outcome = outcome;
  }
}
