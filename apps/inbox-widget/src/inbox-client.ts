import { type Counts, type Entry, type Filter, NEWEST_COUNT, type Snapshot } from "./inbox.rules.ts";

/** Asks the page's own server for a token. */
export type GetToken = () => Promise<string>;

export interface EntryPage {
  items: Entry[];
  nextCursor: string | null;
}

/** The server has answered, and not with what was asked for. */
export class AnswerError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.name = "AnswerError";
    this.status = status;
  }
}

const PAGE_SIZE = 20;
/** An answer that takes longer will not come. */
const TIMEOUT_MS = 15_000;

/** Calls the inbox API. A token that is over is replaced once for each call. */
export class InboxClient {
  readonly #server: string;
  readonly #getToken: GetToken;
  #token: Promise<string> | undefined;

  constructor(server: string, getToken: GetToken) {
    this.#server = server.replace(/\/+$/, "");
    this.#getToken = getToken;
  }

  listEntries(filter: Filter, cursor?: string): Promise<EntryPage> {
    const query = new URLSearchParams({ filter, limit: String(PAGE_SIZE), ...(cursor && { cursor }) });
    return this.#json("GET", `/v1/inbox/entries?${query}`);
  }

  /** What a stream would tell, for where there is none. */
  async readSnapshot(): Promise<Snapshot> {
    const [counts, { items }] = await Promise.all([
      this.#json<Counts>("GET", "/v1/inbox/counts"),
      this.#json<EntryPage>("GET", `/v1/inbox/entries?limit=${NEWEST_COUNT}`),
    ]);
    return { ...counts, entries: items };
  }

  readEntry(id: string): Promise<Entry> {
    return this.#json("PUT", `/v1/inbox/entries/${id}/reading`);
  }

  confirmEntry(id: string): Promise<Entry> {
    return this.#json("PUT", `/v1/inbox/entries/${id}/confirmation`);
  }

  readAllEntries(): Promise<Counts> {
    return this.#json("POST", "/v1/inbox/readings");
  }

  /** The stream's body; the caller ends it by the signal. */
  async openEvents(
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const headers: HeadersInit = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const response = await this.#call("/v1/inbox/events", { headers, signal });
    if (!response.body) throw new AnswerError(response.status);
    return response.body;
  }

  async #json<Body>(method: string, path: string): Promise<Body> {
    // What is marked while the page is left still gets there.
    const response = await this.#call(path, {
      method,
      keepalive: method !== "GET",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.json();
  }

  async #call(path: string, init: RequestInit): Promise<Response> {
    this.#token ??= this.#getToken();
    const used = this.#token;
    const first = await this.#send(path, init, used);
    if (first.status !== 401) return accepted(first);
    if (this.#token === used) this.#token = this.#getToken();
    return accepted(await this.#send(path, init, this.#token));
  }

  async #send(path: string, init: RequestInit, token: Promise<string>): Promise<Response> {
    const text = await token.catch((error: unknown) => {
      // The next call asks again.
      if (this.#token === token) this.#token = undefined;
      throw error;
    });
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${text}` };
    return fetch(this.#server + path, { ...init, headers, credentials: "omit", cache: "no-store" });
  }
}

function accepted(response: Response): Response {
  if (response.ok) return response;
  response.body?.cancel().catch(() => {});
  throw new AnswerError(response.status);
}
