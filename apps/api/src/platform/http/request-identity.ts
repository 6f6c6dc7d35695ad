import { randomUUID } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "./app-env.ts";
import { clientAddress, type TrustedProxies } from "./client-address.ts";
import { withDefaultHeaders } from "./default-headers.ts";

/** Names the request: `x-request-id` on the answer, the same in problems, logs and audit entries. */
export function identifyRequest(proxies: TrustedProxies): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const requestId = `req_${randomUUID()}`;
    c.set("requestId", requestId);
    c.set("ipAddress", clientAddress(remoteAddress(c), c.req.header("x-forwarded-for"), proxies));
    return withDefaultHeaders(c, { "x-request-id": requestId }, next);
  };
}

/** The peer's address; empty where there is no socket (in-process tests). */
function remoteAddress(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? "";
  } catch {
    return "";
  }
}
