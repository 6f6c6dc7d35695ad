import type { Context } from "hono";
import { type AppEnv, createRouter, type Router } from "../../platform/http/index.ts";
import type { Logger } from "../../platform/logger.ts";
import type { UnsubscriptionService } from "./unsubscription.service.ts";
import {
  askPage,
  BUSY_PAGE,
  donePage,
  PAGE_POLICY,
  UNCONFIRMED_PAGE,
  UNKNOWN_PAGE,
} from "./unsubscription-pages.ts";
import type { VisitThrottle } from "./visit-throttle.ts";

export interface UnsubscriptionRoutesDeps {
  service: UnsubscriptionService;
  throttle: VisitThrottle;
  logger: Logger;
}

/** The form of a one-click call is 26 bytes, and some more as `multipart/form-data`. */
const MAX_BODY_BYTES = 4_096;
const PATH = "/u/";

/**
 * Where recipients say that they want no more. Public, and not part of the API document: the addresses stand in messages.
 * No cookies are set and none are read. Looking at the page changes nothing; the button, or a mail program's one click,
 * does.
 */
export function unsubscriptionRoutes({ service, throttle, logger }: UnsubscriptionRoutesDeps): Router {
  const router = createRouter();
  const answer = async (c: Context<AppEnv>, work: (path: string) => Promise<Response>) => {
    if (!throttle(c.get("ipAddress") ?? "")) return page(c, BUSY_PAGE, 429);
    try {
      return await work(c.req.path.slice(PATH.length));
    } catch (error) {
      logger.warn({ err: error }, "a wish to unsubscribe could not be looked at");
      return page(c, BUSY_PAGE, 503);
    }
  };
  router.get(`${PATH}*`, (c) =>
    answer(c, async (path) => {
      const subject = await service.findSubject(path);
      return subject ? page(c, askPage(subject), 200) : page(c, UNKNOWN_PAGE, 404);
    }),
  );
  router.post(`${PATH}*`, (c) =>
    answer(c, async (path) => {
      if (!(await isConfirmed(c))) return page(c, UNCONFIRMED_PAGE, 400);
      const request = { requestId: c.get("requestId"), ipAddress: c.get("ipAddress") };
      const subject = await service.unsubscribe(path, request);
      return subject ? page(c, donePage(subject), 200) : page(c, UNKNOWN_PAGE, 404);
    }),
  );
  return router;
}

/** Whether the body says `List-Unsubscribe=One-Click`, in either form that RFC 8058 has. */
async function isConfirmed({ req }: Context<AppEnv>): Promise<boolean> {
  const bytes = await readSmall(req.raw);
  const headers = { "content-type": req.header("content-type") ?? "" };
  const form = bytes && (await new Response(bytes, { headers }).formData().catch(() => undefined));
  return form?.get("List-Unsubscribe") === "One-Click";
}

/** Undefined for a body that is larger than any such form. */
async function readSmall(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    sizeBytes += part.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function page(c: Context<AppEnv>, html: string, status: 200 | 400 | 404 | 429 | 503): Response {
  const headers = { "cache-control": "no-store", "content-security-policy": PAGE_POLICY };
  return c.html(
    html,
    status,
    status === 429 || status === 503 ? { ...headers, "retry-after": "60" } : headers,
  );
}
