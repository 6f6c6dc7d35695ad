import type { Settings } from "@tidings/sdk/plugin";

/** What a scheme may sign. Header names are lower-case. */
export interface SignableRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The id of the effect that the request is to have. */
  idempotencyKey?: string;
  now: Date;
}

/** Applies one named scheme of a channel. */
export interface Authenticator {
  /** The headers to add, names in lower case; throws BlockedError if the request cannot be authenticated. */
  headersFor(request: SignableRequest): Record<string, string>;
  /** To be set in the query. */
  query?: { name: string; value: string };
  /** Texts computed from the secret that would give it away if a vendor echoed them. */
  derivedSecrets: readonly string[];
}

/** The values of a channel's settings form. */
export interface SchemeValues {
  settings: Settings;
  secrets: Readonly<Record<string, string>>;
}
