import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Answer } from "./answer.ts";
import { readTransportFailure } from "./transport-failure.ts";

/** What a running request can be stopped with. */
export type Abortable = Pick<Dispatcher.DispatchController, "abort">;

/**
 * One request and its answer. The client calls `onRequestStart` on an open connection, right before it writes the
 * first byte: an end before that is `not_sent`, an end after it is `ambiguous`.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (answer: Answer) => void;
  readonly #deadline: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Abortable | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #isOver = false;

  constructor(timeoutMs: number, settle: (answer: Answer) => void) {
    this.#settle = settle;
    this.#deadline = setTimeout(() => this.#expire(timeoutMs), timeoutMs);
  }

  /** Whether it has an answer or an error already, such as a deadline that has passed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  onRequestStart(controller: Abortable): void {
    if (this.#isOver) controller.abort(new Error("the deadline passed before the request was written"));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Abortable, status: number, headers: IncomingHttpHeaders): void {
    // Informational answers (1xx) precede the real one, which overwrites them.
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Abortable, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString("utf8");
    this.#end({ status: this.#status, headers: flatten(this.#headers), body });
  }

  onResponseError(_controller: Abortable | undefined, error: Error): void {
    this.#end(readTransportFailure(error, this.#controller !== undefined));
  }

  #expire(timeoutMs: number): void {
    if (!this.#controller) {
      this.#end({ error: "not_sent", detail: `No connection within ${timeoutMs} ms.` });
      return;
    }
    const detail = `No complete answer within ${timeoutMs} ms.`;
    this.#end({ error: "ambiguous", detail });
    this.#controller.abort(new Error(detail));
  }

  #end(answer: Answer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#settle(answer);
  }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
