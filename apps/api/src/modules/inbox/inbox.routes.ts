import type { Context, MiddlewareHandler } from "hono";
import {
  type AppEnv,
  createRoute,
  createRouter,
  eventStream,
  inboxAccess,
  json,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  EntryParam,
  EntryQuery,
  InboxCountsAnswer,
  InboxEntry,
  InboxEntryPage,
  InboxReadings,
  InboxSnapshot,
  toInboxEntry,
  toInboxSnapshot,
} from "./inbox.schemas.ts";
import type { InboxService } from "./inbox.service.ts";
import type { InboxFeed } from "./inbox-feed.ts";
import type { OpenedInbox, OpenInbox } from "./open-inbox.ts";

const tags = ["Inbox"];

const listInboxEntries = createRoute({
  method: "get",
  path: "/v1/inbox/entries",
  operationId: "listInboxEntries",
  tags,
  summary: "List the user's entries, newest first",
  ...inboxAccess,
  request: { query: EntryQuery },
  responses: { 200: json(InboxEntryPage, "A page of the inbox"), ...problems(429) },
});

const countInboxEntries = createRoute({
  method: "get",
  path: "/v1/inbox/counts",
  operationId: "countInboxEntries",
  tags,
  summary: "Count what is unread and what is to be confirmed",
  ...inboxAccess,
  responses: { 200: json(InboxCountsAnswer, "The counts"), ...problems(429) },
});

const readInboxEntry = createRoute({
  method: "put",
  path: "/v1/inbox/entries/{entryId}/reading",
  operationId: "readInboxEntry",
  tags,
  summary: "Mark an entry as read",
  ...inboxAccess,
  request: { params: EntryParam },
  responses: { 200: json(InboxEntry, "The entry as it is now"), ...problems(404, 429) },
});

const readInboxEntries = createRoute({
  method: "post",
  path: "/v1/inbox/readings",
  operationId: "readInboxEntries",
  tags,
  summary: "Mark everything as read",
  description: "Up to 1,000 entries; call again while `unreadCount` is not zero.",
  ...inboxAccess,
  responses: { 200: json(InboxReadings, "How much was marked, and what is left"), ...problems(429) },
});

const confirmInboxEntry = createRoute({
  method: "put",
  path: "/v1/inbox/entries/{entryId}/confirmation",
  operationId: "confirmInboxEntry",
  tags,
  summary: "Confirm an entry that asks for it; it then counts as read",
  ...inboxAccess,
  request: { params: EntryParam },
  responses: { 200: json(InboxEntry, "The entry as it is now"), ...problems(404, 409, 429) },
});

const watchInbox = createRoute({
  method: "get",
  path: "/v1/inbox/events",
  operationId: "watchInbox",
  tags,
  summary: "Follow the inbox as server-sent events",
  description:
    "Each `inbox` event is a snapshot: the counts and the newest entries. The first comes at once, unless `Last-Event-ID` names it, and further ones within some seconds of a change. The stream ends with its token, after ten minutes, and when the server is about to stop: come back, and begin with a fresh snapshot. Browsers' EventSource sends no token; read the stream with `fetch`.",
  ...inboxAccess,
  responses: {
    200: { description: "Snapshots", content: { "text/event-stream": { schema: InboxSnapshot } } },
    ...problems(429),
  },
});

export interface InboxRoutesDeps {
  openInbox: OpenInbox;
  inbox: InboxService;
  feed: InboxFeed;
}

/** What end users call, from sites and apps that are not ours, each with a token of their own. */
export function inboxRoutes({ openInbox, inbox, feed }: InboxRoutesDeps): Router {
  const router = createRouter();
  const opened = new WeakMap<Request, OpenedInbox>();
  for (const path of USER_PATHS) {
    router.use(path, allowSites, async (c, next) => {
      const visitor = { authorization: c.req.header("authorization"), origin: c.req.header("origin") };
      opened.set(c.req.raw, await openInbox(visitor));
      return next();
    });
  }
  const inboxOf = (c: Context<AppEnv>): OpenedInbox => {
    const found = opened.get(c.req.raw);
    if (!found) throw new Error(`nothing opens an inbox before ${c.req.path}`);
    return found;
  };

  router.openapi(listInboxEntries, async (c) => {
    const { filter, ...page } = c.req.valid("query");
    const { items, nextCursor } = await inbox.listEntries(inboxOf(c), filter, page);
    return c.json({ items: items.map(toInboxEntry), nextCursor }, 200);
  });

  router.openapi(countInboxEntries, async (c) => {
    const { unreadCount, toConfirmCount } = await inbox.countEntries(inboxOf(c));
    return c.json({ unreadCount, toConfirmCount }, 200);
  });

  router.openapi(readInboxEntry, async (c) =>
    c.json(toInboxEntry(await inbox.readEntry(inboxOf(c), c.req.valid("param").entryId)), 200),
  );

  router.openapi(readInboxEntries, async (c) => {
    const { readCount, unreadCount, toConfirmCount } = await inbox.readAllEntries(inboxOf(c));
    return c.json({ readCount, unreadCount, toConfirmCount }, 200);
  });

  router.openapi(confirmInboxEntry, async (c) =>
    c.json(toInboxEntry(await inbox.confirmEntry(inboxOf(c), c.req.valid("param").entryId)), 200),
  );

  addEvents(router, inboxOf, feed);
  return router;
}

function addEvents(router: Router, inboxOf: (c: Context<AppEnv>) => OpenedInbox, feed: InboxFeed): void {
  router.openapi(watchInbox, async (c) => {
    const own = inboxOf(c);
    const known = c.req.header("last-event-id");
    return eventStream(
      c.req.raw,
      (sink) =>
        feed.listen(own, {
          onNews: (snapshot) => {
            if (snapshot.mark !== known) sink.send("inbox", toInboxSnapshot(snapshot), snapshot.mark);
          },
          onEnd: () => sink.end(),
        }),
      { until: own.expiresAt },
    );
  });
}

/** Everything below `/v1/inbox` but the tokens, which are for servers. */
const USER_PATHS = ["/v1/inbox/entries/*", "/v1/inbox/counts", "/v1/inbox/readings", "/v1/inbox/events"];

const PREFLIGHT_SECONDS = "600";

/**
 * Lets browsers on other sites read the answers. Which sites may is the channel's to say, and the token says which
 * channel: the question before the request carries none, so it is answered with yes, and the request itself decides.
 * Without a cookie nothing rides along that a foreign site could abuse. Who is turned away reads nothing of it.
 */
const allowSites: MiddlewareHandler<AppEnv> = async (c, next) => {
  const origin = c.req.header("origin");
  if (c.req.method === "OPTIONS") {
    return c.body(null, 204, {
      vary: "origin",
      "access-control-allow-origin": origin ?? "*",
      "access-control-allow-methods": "GET, POST, PUT",
      "access-control-allow-headers": "authorization, content-type, last-event-id",
      "access-control-max-age": PREFLIGHT_SECONDS,
    });
  }
  await next();
  c.res.headers.append("vary", "origin");
  if (origin === undefined || c.res.status === 403) return;
  c.res.headers.set("access-control-allow-origin", origin);
  c.res.headers.set("access-control-expose-headers", "retry-after");
};
