import { notFound } from "../../../platform/errors.ts";
import { createRouter, type Router } from "../../../platform/http/index.ts";
import type { RegistryFileService } from "./registry-file.service.ts";

const BASE = "/registry/";
const LONGEST_PATH = 200;
/** How long an index may be kept before it is asked for again, seconds: a label has to get about. */
const FRESH_SECONDS = 60;

/**
 * The own registry as static files, for other installations and mirrors. Public, and not part of the API document: the
 * format is that of `@tidings/sdk/registry`.
 */
export function registryFileRoutes(files: RegistryFileService): Router {
  const router = createRouter();
  router.get(`${BASE}*`, async (c) => {
    const path = c.req.path.slice(BASE.length);
    const file = path.length <= LONGEST_PATH ? await files.findFile(path) : undefined;
    if (!file) throw notFound(`The registry has no ${path.slice(0, LONGEST_PATH)}.`);
    const etag = `"${file.sha256}"`;
    const headers = {
      etag,
      "cache-control": file.isFinal
        ? "public, max-age=31536000, immutable"
        : `public, max-age=${FRESH_SECONDS}`,
    };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    return c.body(new Uint8Array(file.content), 200, { ...headers, "content-type": typeOf(path) });
  });
  return router;
}

function typeOf(path: string): string {
  if (path.endsWith(".tgz")) return "application/gzip";
  return path.endsWith(".jsonl") ? "application/jsonl" : "application/json";
}
