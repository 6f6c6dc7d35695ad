import type { MiddlewareHandler } from "hono";
import { forbidden } from "../errors.ts";
import type { AppEnv } from "./app-env.ts";
import { withDefaultHeaders } from "./default-headers.ts";

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
export function securityHeaders(https: boolean): MiddlewareHandler<AppEnv> {
  const everywhere = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ...(https && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
  const ofApi = { ...everywhere, "cache-control": "no-store" };
  return (c, next) => withDefaultHeaders(c, c.req.path.startsWith("/v1/") ? ofApi : everywhere, next);
}
