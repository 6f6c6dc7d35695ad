import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import type { Abortable, Exchange } from "../exchange.ts";
import { MAX_ANSWER_BYTES, MAX_HEADER_BYTES } from "../limits.ts";
import { Http2Error, UnprocessedError } from "../transport-failure.ts";

/**
 * Tells an exchange what comes back on its stream. A stream that the server refuses, or that it has not read before it
 * took leave of the connection, is unprocessed by the protocol's own word (RFC 9113, 6.8 and 8.7).
 */
export function readStream(
  stream: ClientHttp2Stream,
  exchange: Exchange,
  abortable: Abortable,
  isUnread: () => boolean,
): void {
  const { session } = stream;
  let sizeBytes = 0;
  let isAnswered = false;
  let isComplete = false;
  let failure: Error | undefined;
  const cut = (code: string) => {
    failure ??= new Http2Error(code);
    stream.close(constants.NGHTTP2_CANCEL);
  };
  stream.on("response", (headers) => {
    if (sizeOf(headers) > MAX_HEADER_BYTES) return cut("UND_ERR_HEADERS_OVERFLOW");
    const { ":status": status = 0, ...rest } = headers;
    isAnswered = true;
    exchange.onResponseStart(abortable, status, rest);
  });
  stream.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) cut("UND_ERR_RES_EXCEEDED_MAX_SIZE");
    else exchange.onResponseData(abortable, chunk);
  });
  // A stream that is torn off ends as well, but with a reason or with its connection.
  stream.on("end", () => {
    isComplete = isAnswered && stream.rstCode === constants.NGHTTP2_NO_ERROR && !session?.destroyed;
  });
  stream.on("error", (error: Error) => {
    failure ??= error;
  });
  stream.once("close", () => {
    if (isComplete && !failure) return exchange.onResponseEnd();
    const isRefused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || isUnread();
    const error = isRefused ? new UnprocessedError() : (failure ?? new Http2Error("ERR_HTTP2_CUT"));
    exchange.onResponseError(abortable, error);
  });
}

function sizeOf(headers: IncomingHttpHeaders): number {
  return Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
}
