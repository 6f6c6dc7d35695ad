import { NetworkError } from "./network-error.ts";
import { readProblem } from "./problem-error.ts";
import { isRetryableStatus, MAX_RETRIES, retryDelayMs } from "./retry.ts";
import type { TidingsError } from "./tidings-error.ts";
import { TimeoutError } from "./timeout-error.ts";

/** Anything that answers a `Request`: the platform's `fetch`, or an application's own entry point in tests. */
export type Fetch = (request: Request) => Response | Promise<Response>;

export interface CallLimits {
  /** Longest the whole call may take, repetitions and waits included, milliseconds. */
  timeoutMs: number;
  /** Whether the server answers a repetition as it answered the first. */
  isRepeatable: boolean;
}

interface Failure {
  error: TidingsError;
  /** Another attempt may end otherwise. */
  isTransient: boolean;
  retryAfter: string | null;
}

/**
 * Sends one request until there is an answer worth returning: a success with its whole body, a problem, a broken
 * connection, or the end of the time allowed.
 */
export async function send(fetch: Fetch, request: Request, limits: CallLimits): Promise<Response> {
  const deadline = new AbortController();
  // Cleared when there is an answer: a stream of events goes on for longer than its beginning may take.
  const timer = setTimeout(() => deadline.abort(), limits.timeoutMs);
  try {
    return await sendInTime(fetch, request, limits, deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function sendInTime(
  fetch: Fetch,
  request: Request,
  limits: CallLimits,
  deadline: AbortSignal,
): Promise<Response> {
  const endsAtMs = Date.now() + limits.timeoutMs;
  const signal = AbortSignal.any([request.signal, deadline]);
  const maxRetries = limits.isRepeatable ? MAX_RETRIES : 0;

  for (let retry = 0; ; retry++) {
    const outcome = await attempt(fetch, new Request(request.clone(), { signal }));
    if (outcome instanceof Response) return outcome;
    request.signal.throwIfAborted();
    if (deadline.aborted) throw new TimeoutError(limits.timeoutMs);

    const delayMs = retryDelayMs(retry, outcome.retryAfter, Date.now());
    // Waiting in vain helps nobody: the server's own word is better than a timeout.
    const isInTime = Date.now() + delayMs < endsAtMs;
    if (!outcome.isTransient || retry >= maxRetries || !isInTime) throw outcome.error;
    await wait(delayMs, request.signal);
  }
}

/** One exchange with the body read to its end, unless it is a stream of events, so that the limits cover it and a break in it is noticed. */
async function attempt(fetch: Fetch, request: Request): Promise<Response | Failure> {
  try {
    const response = await readWhole(await fetch(request));
    if (response.ok) return response;
    return {
      error: await readProblem(response),
      isTransient: isRetryableStatus(response.status),
      retryAfter: response.headers.get("retry-after"),
    };
  } catch (cause) {
    return { error: new NetworkError(cause), isTransient: true, retryAfter: null };
  }
}

const isEventStream = (headers: Headers) =>
  headers.get("content-type")?.startsWith("text/event-stream") === true;

async function readWhole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  if (response.ok && isEventStream(headers)) return response;
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers });
}

/** Rejects with the signal's reason as soon as the caller gives up. */
function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
