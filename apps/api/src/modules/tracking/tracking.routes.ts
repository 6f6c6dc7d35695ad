import type { Context } from "hono";
import { type AppEnv, createRouter, type Router } from "../../platform/http/index.ts";
import type { FollowAddress } from "./follow-address.ts";
import { toLocation } from "./location.rules.ts";
import { BUSY_PAGE, PAGE_POLICY, UNKNOWN_PAGE } from "./tracking-pages.ts";
import { isPersonal } from "./visit.rules.ts";

/** A transparent picture of one pixel. */
const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
const NO_STORE = { "cache-control": "no-store" };

/**
 * Where tracked links and pixels lead. Public, and not part of the API document: the addresses stand in messages. No
 * cookies are set and none are read.
 */
export function trackingRoutes(followAddress: FollowAddress): Router {
  const router = createRouter();
  router.get("/t/*", async (c) => {
    const isCounted = isPersonal({ method: c.req.method, header: (name) => c.req.header(name) });
    const followed = await followAddress(c.req.path.slice("/t/".length), isCounted);
    switch (followed.outcome) {
      case "redirect":
        return c.body(null, 302, { ...NO_STORE, location: toLocation(followed.url) });
      case "pixel":
        return c.body(PIXEL, 200, { ...NO_STORE, "content-type": "image/gif" });
      case "busy":
        return page(c, BUSY_PAGE, 429);
      case "down":
        return page(c, BUSY_PAGE, 503);
      case "unknown":
        return page(c, UNKNOWN_PAGE, 404);
    }
  });
  return router;
}

function page(c: Context<AppEnv>, html: string, status: 404 | 429 | 503) {
  const headers = { ...NO_STORE, "content-security-policy": PAGE_POLICY };
  return c.html(html, status, status === 404 ? headers : { ...headers, "retry-after": "2" });
}
