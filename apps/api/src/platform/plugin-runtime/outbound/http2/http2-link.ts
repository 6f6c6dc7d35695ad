import { validateHeaderName, validateHeaderValue } from "node:http";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import type { Exchange } from "../exchange.ts";
import type { HttpRequest } from "../http-request.ts";
import { CONNECT_TIMEOUT_MS, MAX_HEADER_BYTES } from "../limits.ts";
import { Http2Error, UnprocessedError } from "../transport-failure.ts";
import { readStream } from "./read-stream.ts";

/** How long a connection that nothing goes over is kept. */
const IDLE_MS = 5 * 60_000;
/** Where the server names no limit of streams at once. */
const ASSUMED_STREAMS = 100;

/** Speaks HTTP/2 over a connection, and waits for what the server has to say of its limits. */
export function openLink(origin: string, socket: Socket, onRetired: () => void): Promise<Http2Link> {
  return new Promise((resolve, reject) => {
    const session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
    });
    const end = (error: Error) => {
      clearTimeout(timer);
      session.destroy();
      reject(error);
    };
    const timer = setTimeout(() => end(new Http2Error("UND_ERR_CONNECT_TIMEOUT")), CONNECT_TIMEOUT_MS);
    const close = () => end(new Http2Error("ERR_NO_HTTP2"));
    session.once("error", end).once("close", close);
    session.once("remoteSettings", () => {
      clearTimeout(timer);
      session.off("error", end).off("close", close);
      resolve(new Http2Link(session, onRetired));
    });
  });
}

/**
 * A connection that carries requests beside each other. One that the server has no room for waits here, unwritten. A
 * connection that the server takes leave of, or over which an answer stays out, is retired: what is under way ends as it
 * ends, and nothing new goes over it.
 */
export class Http2Link {
  readonly #session: ClientHttp2Session;
  readonly #onRetired: () => void;
  readonly #waiting: [HttpRequest, Exchange][] = [];
  #openCount = 0;
  /** Above it, the server has read nothing. */
  #lastStreamId = Number.POSITIVE_INFINITY;

  constructor(session: ClientHttp2Session, onRetired: () => void) {
    this.#session = session;
    this.#onRetired = onRetired;
    // A timer of each request keeps the process alive while there is something to wait for.
    session.unref();
    session.setTimeout(IDLE_MS, () => this.#openCount === 0 && this.#retire());
    // What an error means for a request, its stream says.
    session.on("error", () => undefined);
    session.on("goaway", (_code, lastStreamId) => {
      this.#lastStreamId = Math.min(this.#lastStreamId, lastStreamId);
      this.#retire();
    });
    session.once("close", () => this.#retire());
    // A server may take one stream until it knows who is there, and more from then on.
    session.on("remoteSettings", () => this.#beginNext());
  }

  carry(request: HttpRequest, exchange: Exchange): void {
    this.#waiting.push([request, exchange]);
    this.#beginNext();
  }

  destroy(): void {
    this.#session.destroy();
  }

  #retire(): void {
    this.#onRetired();
    this.#session.close();
    for (const [, exchange] of this.#waiting.splice(0)) {
      exchange.onResponseError(undefined, new UnprocessedError());
    }
  }

  #beginNext(): void {
    const { maxConcurrentStreams = ASSUMED_STREAMS } = this.#session.remoteSettings;
    while (this.#openCount < maxConcurrentStreams) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#begin(...next);
    }
  }

  #begin(request: HttpRequest, exchange: Exchange): void {
    if (exchange.isOver) return;
    if (this.#session.closed || this.#session.destroyed) {
      exchange.onResponseError(undefined, new UnprocessedError());
      return;
    }
    const { body } = request;
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(headersOf(request), { endStream: body === undefined });
    } catch (error) {
      exchange.onResponseError(undefined, error as Error);
      return;
    }
    this.#openCount += 1;
    const abortable = {
      abort: () => {
        stream.close(constants.NGHTTP2_CANCEL);
        this.#retire();
      },
    };
    exchange.onRequestStart(abortable);
    readStream(stream, exchange, abortable, () => (stream.id ?? 0) > this.#lastStreamId);
    stream.once("close", () => {
      this.#openCount -= 1;
      this.#beginNext();
    });
    if (body !== undefined) stream.end(body);
  }
}

function headersOf({ method, url, headers, body }: HttpRequest): OutgoingHttpHeaders {
  const { host = url.host, ...rest } = headers;
  for (const [name, value] of Object.entries(rest)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return {
    ":method": method,
    ":scheme": url.protocol.slice(0, -1),
    ":authority": host,
    ":path": `${url.pathname}${url.search}`,
    ...rest,
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
  };
}
