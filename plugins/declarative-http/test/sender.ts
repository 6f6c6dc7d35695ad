import { createHmac } from "node:crypto";
import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer, type Simulator } from "@tidings/sdk/testing";

/** A simulator's settings as a channel has them: the secret apart. */
export function split({ settings }: Simulator): { settings: Settings; secret: string } {
  const { secret = "", ...open } = settings;
  return { settings: open, secret: String(secret) };
}

/** A host in small: authenticates a request, sends it and tells answers from faults of the transport. */
export function makeSender({ settings, secret }: ReturnType<typeof split>, timeoutMs = 2000) {
  return async (request: PlannedRequest): Promise<Answer> => {
    const url = new URL(request.url);
    if (request.auth === "query") url.searchParams.set(String(settings.authName), secret);
    const headers = { ...request.headers, ...headersFor(request, settings, secret) };
    return fetchAnswer({ ...request, url: url.href, headers }, timeoutMs);
  };
}

function headersFor(request: PlannedRequest, settings: Settings, secret: string): Record<string, string> {
  switch (request.auth) {
    case "bearer":
      return { authorization: `Bearer ${secret}` };
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${settings.username}:${secret}`).toString("base64")}` };
    case "header":
      return { [String(settings.authName)]: secret };
    case "signature":
      return sign(request, secret);
    default:
      return {};
  }
}

function sign({ idempotencyKey = "", body = "" }: PlannedRequest, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key)
    .update([idempotencyKey, timestamp, body].join("."))
    .digest("base64");
  return {
    "webhook-id": idempotencyKey,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
