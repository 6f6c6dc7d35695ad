/** One request, as it goes out. */
export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body?: string;
  /** From the first byte of the dialling to the last byte of the answer. */
  timeoutMs: number;
  /** Goes out over HTTP/2, on a connection that only requests with the same text share. */
  http2?: string;
}
