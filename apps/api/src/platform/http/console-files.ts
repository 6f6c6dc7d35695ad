import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { AppEnv } from "./app-env.ts";

const START_PAGE = "index.html";
/** The pages carry a stricter policy with the hashes of their own scripts; this one adds what a page cannot say. */
const CONSOLE_POLICY = "frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** The built console at the same origin. Every path that is no file is a page of the console. */
export function consoleFiles(folder: string): Hono<AppEnv> | undefined {
  if (!existsSync(join(folder, START_PAGE))) return undefined;
  const root = relative(process.cwd(), folder) || ".";
  const routes = new Hono<AppEnv>();
  routes.use("*", async (c, next) => {
    if (c.req.path.startsWith("/v1/")) return c.notFound();
    c.header("content-security-policy", CONSOLE_POLICY);
    if (c.req.path.includes("/immutable/")) c.header("cache-control", "public, max-age=31536000, immutable");
    return next();
  });
  routes.get("*", serveStatic({ root }));
  routes.get("*", async (c) => c.html(await readFile(join(folder, START_PAGE), "utf8")));
  return routes;
}
