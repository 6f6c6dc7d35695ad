import { createClient as createGeneratedClient } from "../generated/client/index.ts";
import * as generated from "../generated/sdk.gen.ts";
import { NetworkError } from "./network-error.ts";
import type { IdempotentCallOptions, Operations } from "./operations.ts";
import { TidingsError } from "./tidings-error.ts";
import { type Fetch, send } from "./transport.ts";

/** How a client reaches the server. */
export interface TidingsClientOptions {
  /** Where the installation is, without `/v1`: `https://tidings.example.com`. In a browser `""` means this origin. */
  baseUrl: string;
  /** A source's key, `td_live_…`. Leave out where a session's cookie is the credential. */
  apiKey?: string;
  /** Stands in for the platform's `fetch`. */
  fetch?: Fetch;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Whether cookies go along; `"same-origin"` is what the console uses. Default: the platform's. */
  credentials?: RequestCredentials;
  /** Longest a call may take, repetitions included, milliseconds. Default 30,000. */
  timeoutMs?: number;
}

/** All operations of the API, bound to one server and one credential. */
export type TidingsClient = Operations;

const DEFAULT_TIMEOUT_MS = 30_000;

interface AnyCall extends IdempotentCallOptions {
  body?: unknown;
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
}

type GeneratedOperation = (options: Record<string, unknown>) => Promise<unknown>;

/**
 * Makes a client. Each operation is a method named by its `operationId`; it resolves with the answer's body
 * (`undefined` for 204) and rejects with a `TidingsError`. Reads, and calls with an idempotency key, are repeated up
 * to twice when the connection breaks or the server says "not now"; `Retry-After` is honoured. An operation that streams
 * events resolves with something for `for await`; aborting its signal, or leaving the loop, ends it.
 *
 * @example
 * ```ts
 * const tidings = createClient({ baseUrl: "https://tidings.example.com", apiKey: process.env.TIDINGS_API_KEY });
 * const message = await tidings.sendMessage({
 *   body: {
 *     audience: { kind: "users", userIds: ["20230001"] },
 *     channels: ["campus-sms"],
 *     template: "fee-due",
 *     variables: { amount: 1280 },
 *   },
 *   idempotencyKey: "fee-2026-09-20230001",
 * });
 * ```
 */
export function createClient(options: TidingsClientOptions): TidingsClient {
  // Called as a method of nothing: browsers refuse a `fetch` that is called on another object.
  const fetch: Fetch = options.fetch ?? ((request) => globalThis.fetch(request));
  const client = createGeneratedClient({
    baseUrl: options.baseUrl,
    auth: (scheme) => (scheme.type === "http" ? options.apiKey : undefined),
    headers: options.headers,
    throwOnError: true,
    ...(options.credentials ? { credentials: options.credentials } : {}),
  });

  const bind =
    (operation: GeneratedOperation) =>
    async ({ idempotencyKey, timeoutMs, ...call }: AnyCall = {}) => {
      const failures: unknown[] = [];
      const answer = operation({
        ...call,
        // What breaks off is for the caller to take up again, who knows whether it is still wanted.
        sseMaxRetryAttempts: 1,
        onSseError: (error: unknown) => failures.push(error),
        client,
        headers: { "Idempotency-Key": idempotencyKey },
        fetch: (request: Request) =>
          send(fetch, request, {
            timeoutMs: timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
            isRepeatable: request.method === "GET" || idempotencyKey !== undefined,
          }),
      });
      const body = (await answer.catch(rethrow)) ?? undefined;
      return isStreamed(body) ? followed(body.stream, failures, call.signal) : body;
    };

  return Object.fromEntries(
    Object.entries(generated).map(([name, operation]) => [name, bind(operation as GeneratedOperation)]),
  ) as unknown as TidingsClient;
}

const isStreamed = (body: unknown): body is { stream: AsyncGenerator<unknown> } =>
  typeof body === "object" && body !== null && "stream" in body;

/** The events of a stream; what has ended it against the server's will is thrown behind the last one. */
async function* followed(
  events: AsyncGenerator<unknown>,
  failures: readonly unknown[],
  signal: AbortSignal | undefined,
) {
  yield* events;
  signal?.throwIfAborted();
  const [failure] = failures;
  if (failure !== undefined) throw failure instanceof TidingsError ? failure : new NetworkError(failure);
}

/** A success whose body is not JSON did not come from the server as it was sent. */
function rethrow(error: unknown): never {
  throw error instanceof SyntaxError ? new NetworkError(error) : error;
}
