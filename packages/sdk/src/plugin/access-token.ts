import type { SignedToken } from "./signed-token.ts";

/**
 * An access token: the vendor gives it for the channel's secrets, and takes it for a while. The host fetches it, keeps
 * it for all its processes, renews it in time, and fetches another one when the vendor refuses it. The plugin names the
 * scheme in a request's `auth` and sees neither the token nor the secrets.
 *
 * In the texts of `request`, `${settings.<name>}` and `${secrets.<name>}` stand for values of the settings form, and
 * `${secrets.<name>/<pointer>}` for a text in a secret that is a JSON document.
 *
 * @example
 * {
 *   "type": "access-token",
 *   "request": {
 *     "method": "POST",
 *     "url": "${settings.endpoint}/oauth2/token",
 *     "form": { "grant_type": "client_credentials" },
 *     "auth": "client"
 *   },
 *   "answer": { "token": "/access_token", "lifetimeSeconds": "/expires_in", "code": "/error" },
 *   "placement": { "in": "header", "name": "authorization", "prefix": "Bearer " },
 *   "refusal": { "statuses": [401] }
 * }
 */
export interface AccessTokenScheme {
  type: "access-token";
  request: TokenRequest;
  answer: TokenAnswer;
  placement: TokenPlacement;
  refusal: TokenRefusal;
}

/** How a token is asked for. With `form` or `json` it has a body; with both it is refused. */
export interface TokenRequest {
  method: "GET" | "POST";
  /** Its host is one of the manifest's `hosts`. Settings may stand in it, secrets may not. */
  url: string;
  query?: Record<string, string>;
  /** The fields of a body of type `application/x-www-form-urlencoded`. */
  form?: Record<string, string>;
  /** The fields of a body of type `application/json`. */
  json?: Record<string, string | number | boolean>;
  /** Another scheme of the manifest that authenticates this request, such as `basic`; not one with a token. */
  auth?: string;
  /** What the host signs to ask with (RFC 7523); `${assertion}` stands for it in `form`, `json` or `query`. */
  assertion?: SignedToken;
}

/**
 * Where things stand in the answer to a token request, as JSON Pointers like `/data/token`. An answer with a token is a
 * success. One without is a refusal if it has a code, or a status of 400 to 499: the channel then waits for somebody to
 * act. Everything else (a status of 429 or from 500 on, an answer that cannot be read) is worth another try.
 */
export interface TokenAnswer {
  token: string;
  /** How long the token is good for, in seconds. Where the vendor says nothing, an hour is assumed. */
  lifetimeSeconds?: string;
  /** The vendor's code of a refusal. */
  code?: string;
  /** The vendor's sentence on a refusal. */
  detail?: string;
  /** Codes that pass by themselves: the vendor is busy, or was asked too often. */
  transientCodes?: string[];
}

/** Where a request carries the token. */
export type TokenPlacement =
  | { in: "query"; name: string }
  /** `prefix` stands before the token, for example `Bearer ` with its space. */
  | { in: "header"; name: string; prefix?: string };

/**
 * How an answer to any request says that the token is not valid, or not any more. The vendor has carried nothing out
 * then, so the host repeats the request, once, with another token. List only what the vendor certainly says before it
 * acts.
 */
export interface TokenRefusal {
  /** HTTP statuses that say so, for example 401. */
  statuses?: number[];
  /** JSON Pointer to the vendor's code in an answer; needed with `codes`. */
  code?: string;
  /** JSON Pointer to a second code, where some answers have the word in there; only with `code`. */
  subCode?: string;
  /** Either of the two codes may be one of these. */
  codes?: string[];
}
