import type { MiddlewareHandler } from "hono";
import { forbidden } from "../errors.ts";
import type { AppEnv } from "./router.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const CONSOLE_HEADER = "x-tidings-console";

/**
 * Cross-site request forgery: an unsafe request that rides on the session cookie must come from our own page.
 * A custom header keeps out forms; Sec-Fetch-Site, or Origin where the browser lacks it, keeps out other sites.
 */
export function assertSameOrigin(request: Request, publicOrigin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const sameSite = site === null ? origin === null || origin === publicOrigin : site === "same-origin";
  if (sameSite && request.headers.get(CONSOLE_HEADER) === "1") return;
  throw forbidden("This request did not come from the console's own pages.");
}

/** Headers of every answer. The console's own Content-Security-Policy stands in its pages. */
export const securityHeaders =
  (https: boolean): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("x-content-type-options", "nosniff");
    headers.set("x-frame-options", "DENY");
    headers.set("referrer-policy", "no-referrer");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    if (https) headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
    if (!headers.has("content-security-policy")) {
      headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
    if (c.req.path.startsWith("/v1/") && !headers.has("cache-control")) {
      headers.set("cache-control", "no-store");
    }
  };
