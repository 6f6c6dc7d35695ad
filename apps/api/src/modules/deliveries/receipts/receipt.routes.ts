import type { Context } from "hono";
import { payloadTooLarge } from "../../../platform/errors.ts";
import { type AppEnv, createRouter, type Router } from "../../../platform/http/index.ts";
import type { ReceiveReceipt } from "./receive-receipt.ts";

/** Largest push of a vendor, bytes. */
const MAX_PUSH_BYTES = 1024 * 1024;

/**
 * Where vendors push receipts. Not part of the API document: its form is each vendor's own. The path carries a token
 * of the channel; a wrong one is answered like an unknown address.
 */
export function receiptRoutes(receiveReceipt: ReceiveReceipt): Router {
  const router = createRouter();
  router.all("/v1/receipts/:channelId/:token", async (c) => {
    const reply = await receiveReceipt(c.req.param("channelId"), c.req.param("token"), {
      headers: c.req.header(),
      query: c.req.query(),
      body: await readBody(c),
    });
    return new Response(reply.body, { status: reply.status, headers: reply.headers ?? {} });
  });
  return router;
}

async function readBody(c: Context<AppEnv>): Promise<string> {
  if (Number(c.req.header("content-length") ?? 0) > MAX_PUSH_BYTES) throw tooLarge();
  const text = await c.req.text();
  if (text.length > MAX_PUSH_BYTES) throw tooLarge();
  return text;
}

const tooLarge = () => payloadTooLarge(`A push may have at most ${MAX_PUSH_BYTES} bytes.`);
