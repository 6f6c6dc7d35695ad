import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

type Keys = Record<string, unknown>;

/** Asks the vendor for a token, as the host does. */
export async function askForToken(
  { endpoint, appId, appSecret }: Keys,
  change: object = {},
): Promise<Record<string, unknown>> {
  const body = { grant_type: "client_credential", appid: appId, secret: appSecret, force_refresh: false };
  const response = await fetch(`${endpoint}/cgi-bin/stable_token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, ...change }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** A host in small: sends requests with one token, and tells answers from faults of the transport. */
export function makeSender(keys: Keys, timeoutMs = 2000) {
  let token: Promise<string> | undefined;
  return async (request: PlannedRequest): Promise<Answer> => {
    token ??= askForToken(keys).then((answer) => String(answer.access_token ?? ""));
    return post(request, await token, timeoutMs);
  };
}

export async function post(request: PlannedRequest, token: string, timeoutMs = 2000): Promise<Answer> {
  const url = new URL(request.url);
  if (token !== "") url.searchParams.set("access_token", token);
  return fetchAnswer({ ...request, url: url.href }, timeoutMs);
}
