import { NetworkError, ProblemError, readProblem } from "./problem.ts";

const SAFE_METHODS = new Set(["GET", "HEAD"]);

type Listener = () => void;
const unauthenticatedListeners = new Set<Listener>();

/** Calls back when the API no longer knows the session; returns the function that stops it. */
export function onUnauthenticated(listener: Listener): () => void {
  unauthenticatedListeners.add(listener);
  return () => unauthenticatedListeners.delete(listener);
}

/**
 * The one way to the network. The generated client gets it as its `fetch`, so every call carries the
 * console's header, and every failure arrives as a `ProblemError` or a `NetworkError`.
 */
export async function consoleFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, { credentials: "same-origin", ...init });
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-Tidings-Console", "1");

  const response = await fetch(request).catch((cause: unknown) => {
    // An abort is the caller's own doing and stays what it is.
    throw request.signal.aborted ? cause : new NetworkError(cause);
  });
  if (response.ok) return response;

  const problem = await readProblem(response);
  if (problem.status === 401) for (const listener of unauthenticatedListeners) listener();
  throw new ProblemError(problem);
}
