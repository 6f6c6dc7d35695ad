import type { Answer } from "./answer.ts";
import { BlockedError } from "./blocked-error.ts";

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
  ["UND_ERR_RES_EXCEEDED_MAX_SIZE", "The answer is larger than 1 MiB"],
]);

/** The HTTP client found the request itself unfit to be sent. */
const MALFORMED = ["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"];

/**
 * Says what a failed request means for the message. Nothing but `isWritten` decides between `not_sent` and
 * `ambiguous`: once a byte may have left, the vendor may have acted, whatever the error says.
 */
export function readTransportFailure(error: Error & { code?: unknown }, isWritten: boolean): Answer {
  if (error instanceof BlockedError) return { error: "blocked", detail: error.message };
  const code = typeof error.code === "string" ? error.code : error.name;
  if (isWritten) return { error: "ambiguous", detail: describe(code) };
  if (MALFORMED.includes(code)) return { error: "blocked", detail: "The request is malformed." };
  return { error: "not_sent", detail: describe(code) };
}

// The error's own message may carry addresses of our network; the code does not.
function describe(code: string): string {
  const sentence = SENTENCES.get(code) ?? (isCertificateFault(code) ? "The certificate is not trusted" : "");
  return `${sentence || "The connection failed"} (${code}).`;
}

const isCertificateFault = (code: string) => /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
