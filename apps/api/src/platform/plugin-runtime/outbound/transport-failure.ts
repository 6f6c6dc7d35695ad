import type { Answer } from "./answer.ts";
import { BlockedError } from "./blocked-error.ts";

/** The server has said that it did not carry the request out, as HTTP/2 allows it to. */
export class UnprocessedError extends Error {
  override readonly name = "UnprocessedError";
  readonly code = "ERR_UNPROCESSED";
}

/** An end of an HTTP/2 request that no server and no system gave a code. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const SENTENCES = new Map<string, string>([
  ["ENOTFOUND", "The host name cannot be resolved"],
  ["EAI_AGAIN", "The host name cannot be resolved at the moment"],
  ["ECONNREFUSED", "The server refused the connection"],
  ["ECONNRESET", "The server cut the connection"],
  ["EPIPE", "The server cut the connection"],
  ["EHOSTUNREACH", "The server cannot be reached"],
  ["ENETUNREACH", "The server cannot be reached"],
  ["ETIMEDOUT", "The server did not answer in time"],
  ["UND_ERR_CONNECT_TIMEOUT", "The server did not accept the connection in time"],
  ["UND_ERR_SOCKET", "The server cut the connection"],
  ["UND_ERR_HEADERS_OVERFLOW", "The headers of the answer are too large"],
  ["ERR_UNPROCESSED", "The server turned the request away unread"],
  ["ERR_NO_HTTP2", "The server does not speak HTTP/2"],
  ["ERR_HTTP2_CUT", "The server cut the connection"],
  ["UND_ERR_RES_EXCEEDED_MAX_SIZE", "The answer is larger than 1 MiB"],
]);

/** The HTTP client found the request itself unfit to be sent. */
const MALFORMED = [
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "ERR_INVALID_CHAR",
  "ERR_INVALID_HTTP_TOKEN",
  "ERR_HTTP_INVALID_HEADER_VALUE",
  "ERR_HTTP2_INVALID_CONNECTION_HEADERS",
];

/**
 * Says what a failed request means for the message. Nothing but `isWritten` and the server's own word decides between
 * `not_sent` and `ambiguous`: once a byte may have left, the vendor may have acted, whatever the error says.
 */
export function readTransportFailure(error: Error & { code?: unknown }, isWritten: boolean): Answer {
  if (error instanceof BlockedError) return { error: "blocked", detail: error.message };
  const code = typeof error.code === "string" ? error.code : error.name;
  if (isWritten && !(error instanceof UnprocessedError))
    return { error: "ambiguous", detail: describe(code) };
  if (MALFORMED.includes(code)) return { error: "blocked", detail: "The request is malformed." };
  return { error: "not_sent", detail: describe(code) };
}

// The error's own message may carry addresses of our network; the code does not.
function describe(code: string): string {
  const sentence = SENTENCES.get(code) ?? (isCertificateFault(code) ? "The certificate is not trusted" : "");
  return `${sentence || "The connection failed"} (${code}).`;
}

const isCertificateFault = (code: string) => /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
