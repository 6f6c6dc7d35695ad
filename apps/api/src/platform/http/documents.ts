import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Hono } from "hono";
import { listProblemTypes } from "../errors.ts";
import type { AppEnv } from "./app-env.ts";
import type { Router } from "./router.ts";

/** The document of the whole API. */
export function openApiDocument(app: Router, version: string) {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "A source's API key, `td_live_…`.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "publisherToken", {
    type: "http",
    scheme: "bearer",
    description: "A publisher's token, `td_pub_…`: for its submissions only.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "td_session",
    description: "The console's session. Unsafe methods also need the header `X-Tidings-Console: 1`.",
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Tidings API",
      version,
      description:
        "Multi-tenant message platform. Errors are RFC 9457 problem documents; lists page by `cursor`; ids are prefixed.",
      license: { name: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
  });
}

/** The explorer's own script and styles are the only things these pages may load. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'";

/** `/openapi.json`, the explorer at `/docs` (no network needed), and the list of problem types. */
export function documentRoutes(app: Router, version: string): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  let document: string | undefined;

  routes.get("/openapi.json", (c) => {
    document ??= JSON.stringify(openApiDocument(app, version));
    return c.body(document, 200, { "content-type": "application/json" });
  });

  routes.get("/docs", (c) => {
    c.header("content-security-policy", DOCS_POLICY);
    return c.html(explorerPage);
  });

  routes.get("/docs/explorer.js", async (c) => {
    const script = await readFile(explorerScript());
    return c.body(new Uint8Array(script), 200, {
      "content-type": "text/javascript",
      "cache-control": "max-age=86400",
    });
  });

  routes.get("/docs/problems", (c) => {
    c.header("content-security-policy", DOCS_POLICY);
    return c.html(problemsPage());
  });

  return routes;
}

/** The explorer comes as one built script; package.json replaces the parser it was built from, which compiles C. */
const explorerScript = () =>
  join(dirname(createRequire(import.meta.url).resolve("rapidoc/package.json")), "dist/rapidoc-min.js");

const explorerPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tidings API</title><script type="module" src="/docs/explorer.js"></script>
<style>body{margin:0}</style></head>
<body><rapi-doc spec-url="/openapi.json" render-style="read" show-header="false" allow-try="false"
 allow-server-selection="false" allow-authentication="false" load-fonts="false" theme="light"
 primary-color="#1d5fd1" nav-bg-color="#f6f7f9" nav-text-color="#3a3f47" nav-hover-bg-color="#e8ecf2"
 nav-hover-text-color="#16181d" nav-accent-color="#1d5fd1" regular-font="system-ui, sans-serif"
 mono-font="ui-monospace, monospace" schema-style="table"></rapi-doc></body></html>`;

function problemsPage(): string {
  const rows = listProblemTypes()
    .map(
      ({ code, status, title }) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
    )
    .join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Problem types · Tidings API</title>
<style>body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem;border-bottom:1px solid #ddd}
tr:target{background:#fff3c4}</style></head><body><h1>Problem types</h1>
<table><thead><tr><th>Code</th><th>Status</th><th>Title</th></tr></thead><tbody>${rows}</tbody></table></body></html>`;
}
