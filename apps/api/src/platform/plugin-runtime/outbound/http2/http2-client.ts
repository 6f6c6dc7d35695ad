import type { Exchange } from "../exchange.ts";
import type { HttpRequest } from "../http-request.ts";
import type { Dial } from "./dial.ts";
import { type Http2Link, openLink } from "./http2-link.ts";

export interface Http2Client {
  /** Sends a request once, over the connection of its owner, and tells the exchange what comes of it. */
  dispatch(request: HttpRequest, owner: string, exchange: Exchange): void;
  close(): void;
}

/** One connection for each owner and origin, kept open between requests. */
export function createHttp2Client(dial: Dial): Http2Client {
  const links = new Map<string, Promise<Http2Link>>();
  let isClosed = false;

  function linkFor(url: URL, owner: string): Promise<Http2Link> {
    const key = `${owner} ${url.origin}`;
    const known = links.get(key);
    if (known) return known;
    const forget = () => {
      if (links.get(key) === link) links.delete(key);
    };
    const link = dial(url).then((socket) => openLink(url.origin, socket, forget));
    links.set(key, link);
    link.catch(forget);
    return link;
  }

  return {
    dispatch(request, owner, exchange) {
      if (isClosed) return exchange.onResponseError(undefined, new Error("the client is closed"));
      linkFor(request.url, owner).then(
        (link) => link.carry(request, exchange),
        (error: Error) => exchange.onResponseError(undefined, error),
      );
    },
    close() {
      isClosed = true;
      for (const link of links.values()) {
        link.then(
          (open) => open.destroy(),
          () => undefined,
        );
      }
      links.clear();
    },
  };
}
