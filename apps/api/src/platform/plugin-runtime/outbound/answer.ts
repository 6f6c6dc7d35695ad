/** What came back for one request: an answer, or an error of the transport. */
export type Answer = { status: number; headers: Record<string, string>; body: string } | TransportError;

/** Why there is no answer. `code` is the vendor's, where it gave no access token. */
export interface TransportError {
  error: "not_sent" | "blocked" | "ambiguous";
  detail: string;
  code?: string;
}
