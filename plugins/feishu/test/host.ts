import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

type Keys = Record<string, unknown>;

/** Asks the vendor for a token, as the host does. */
export async function askForToken({ endpoint, appId, appSecret }: Keys): Promise<Record<string, unknown>> {
  const response = await fetch(`${endpoint}/open-apis/auth/v3/tenant_access_token/internal`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ app_id: appId, app_secret: appSecret }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** A host in small: sends requests with one token, and tells answers from faults of the transport. */
export function makeSender(keys: Keys, timeoutMs = 2000) {
  let token: Promise<string> | undefined;
  return async (request: PlannedRequest): Promise<Answer> => {
    token ??= askForToken(keys).then((answer) => String(answer.tenant_access_token ?? ""));
    return post(request, await token, timeoutMs);
  };
}

export function post(request: PlannedRequest, token: string, timeoutMs = 2000): Promise<Answer> {
  const headers = { ...request.headers, ...(token && { authorization: `Bearer ${token}` }) };
  return fetchAnswer({ ...request, headers }, timeoutMs);
}
