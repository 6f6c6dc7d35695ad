import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type MiddlewareHandler } from "hono";
import type { AppEnv } from "./app-env.ts";

const START_PAGE = "index.html";
/** The pages carry a stricter policy with the hashes of their own scripts; this one adds what a page cannot say. */
const CONSOLE_POLICY = "frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
const LOOK_AGAIN_SECONDS = 3;

/** Whether the console is built. Its start page is the last thing that a build writes. */
export const isConsoleBuilt = (folder: string): boolean => existsSync(join(folder, START_PAGE));

/**
 * The built console at the same origin. Every path that is no file is a page of the console. While it is being built a
 * browser gets a page that opens it as soon as it is there.
 */
export function consoleFiles(folder: string): Hono<AppEnv> {
  let files: MiddlewareHandler<AppEnv> | undefined;
  const routes = new Hono<AppEnv>();
  routes.get("*", async (c, next) => {
    if (c.req.path.startsWith("/v1/")) return c.notFound();
    if (!isConsoleBuilt(folder)) {
      if (!c.req.header("accept")?.includes("text/html")) return c.notFound();
      return c.html(WAITING_PAGE, 503, {
        "content-security-policy": WAITING_POLICY,
        "retry-after": String(LOOK_AGAIN_SECONDS),
      });
    }
    c.header("content-security-policy", CONSOLE_POLICY);
    if (c.req.path.includes("/immutable/")) c.header("cache-control", "public, max-age=31536000, immutable");
    files ??= serveStatic({ root: relative(process.cwd(), folder) || "." });
    return files(c, next);
  });
  routes.get("*", async (c) => c.html(await readFile(join(folder, START_PAGE), "utf8")));
  return routes;
}

const WAITING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const WAITING_PAGE = `<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <meta http-equiv="refresh" content="${LOOK_AGAIN_SECONDS}" />
    <title>消息中台 Tidings</title>
    <style>
      body { display: grid; place-content: center; min-height: 90vh; padding: 1rem; font: 1rem/1.6 system-ui; text-align: center; }
      [lang="en"] { opacity: 0.7; }
    </style>
  </head>
  <body>
    <main>
      <h1>消息中台</h1>
      <p>控制台还没有构建好。构建完成后，本页会自动打开控制台。</p>
      <p lang="en">The console is not built yet. This page opens it as soon as it is.</p>
    </main>
  </body>
</html>
`;
