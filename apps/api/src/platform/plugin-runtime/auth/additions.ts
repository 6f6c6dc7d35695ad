import type { HttpRequest } from "../outbound/http-request.ts";
import type { Authenticator, SignableRequest } from "./authenticator.ts";

/** What a scheme adds to a request. Header names are lower-case. */
export interface Additions {
  headers: Record<string, string>;
  /** To be set in the query. */
  query?: Record<string, string>;
}

/** What a scheme adds to this request; throws BlockedError if it cannot be authenticated. */
export function additionsOf(authenticator: Authenticator, request: SignableRequest): Additions {
  const query = authenticator.queryFor?.(request);
  return { headers: authenticator.headersFor(request), ...(query && { query }) };
}

export function addTo(http: HttpRequest, { headers, query }: Additions): HttpRequest {
  const url = query ? new URL(http.url) : http.url;
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  return { ...http, url, headers: { ...http.headers, ...headers } };
}
