// The client speaks in the platform's own types (`Request`, `Response`), which Node's do not all name.
/// <reference lib="dom" />

/**
 * The client of the Tidings API: {@link createClient}, its errors, and the types of every request and answer.
 * Runs wherever there is `fetch`: Node 20, browsers, workers.
 *
 * @module
 */
export {
  createClient,
  type TidingsClient,
  type TidingsClientOptions,
} from "./client/create-client.ts";
export { NetworkError } from "./client/network-error.ts";
export type { CallOptions, IdempotentCallOptions } from "./client/operations.ts";
export {
  type FieldProblem,
  type ProblemDocument,
  ProblemError,
  readProblem,
} from "./client/problem-error.ts";
export { TidingsError } from "./client/tidings-error.ts";
export { TimeoutError } from "./client/timeout-error.ts";
export type { Fetch } from "./client/transport.ts";
export type * from "./generated/types.gen.ts";
