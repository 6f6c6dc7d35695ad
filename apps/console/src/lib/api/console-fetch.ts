const SAFE_METHODS = new Set(["GET", "HEAD"]);

type Listener = () => void;
const unauthenticatedListeners = new Set<Listener>();

/** Calls back when the API no longer knows the session; returns the function that stops it. */
export function onUnauthenticated(listener: Listener): () => void {
  unauthenticatedListeners.add(listener);
  return () => unauthenticatedListeners.delete(listener);
}

/**
 * The one way to the network, under the generated client: every unsafe call carries the console's header, and an
 * answer that the session has ended is noticed wherever it comes.
 */
export async function consoleFetch(request: Request): Promise<Response> {
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-Tidings-Console", "1");
  const response = await fetch(request);
  if (response.status === 401) for (const listener of unauthenticatedListeners) listener();
  return response;
}
