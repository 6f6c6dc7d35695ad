import type { PlannedRequest } from "@tidings/sdk/plugin";
import type { Answer } from "@tidings/sdk/testing";

/** A host in small: adds the login, sends a request and tells answers from faults of the transport. */
export function makeSender({ appKey, masterSecret }: Record<string, unknown>, timeoutMs = 2000) {
  const authorization = `Basic ${Buffer.from(`${appKey}:${masterSecret}`).toString("base64")}`;
  return async ({ url, method, headers, body }: PlannedRequest): Promise<Answer> => {
    try {
      const response = await fetch(url, {
        method,
        headers: { ...headers, authorization },
        signal: AbortSignal.timeout(timeoutMs),
        ...(body !== undefined && { body }),
      });
      const { status } = response;
      return { status, headers: Object.fromEntries(response.headers), body: await response.text() };
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code;
      return { error: cause === "ECONNREFUSED" ? "not_sent" : "ambiguous", detail: String(error) };
    }
  };
}
