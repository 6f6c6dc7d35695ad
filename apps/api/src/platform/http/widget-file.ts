import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Hono } from "hono";
import type { AppEnv } from "./app-env.ts";

const HEADERS = {
  "content-type": "text/javascript; charset=utf-8",
  // Its address never changes: a new version reaches every page within five minutes, and costs no page a wait.
  "cache-control": "public, max-age=300, stale-while-revalidate=86400",
  // Other sites load it, also those that isolate themselves, and may check it by its hash.
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
};

/** The script that other sites embed the inbox with, at `/widget/inbox.js`; undefined when it is not built. */
export function widgetFile(file: string): Hono<AppEnv> | undefined {
  if (!existsSync(file)) return undefined;
  const script = readFileSync(file);
  const etag = `"${createHash("sha256").update(script).digest("base64url")}"`;
  const routes = new Hono<AppEnv>();
  routes.get("/widget/inbox.js", (c) => {
    const known = c.req.header("if-none-match")?.split(/\s*,\s*/) ?? [];
    const isKnown = known.some((one) => one.replace(/^W\//, "") === etag);
    return isKnown ? c.body(null, 304, { ...HEADERS, etag }) : c.body(script, 200, { ...HEADERS, etag });
  });
  return routes;
}
