import type { PlannedRequest } from "@tidings/sdk/plugin";
import { type Answer, fetchAnswer } from "@tidings/sdk/testing";

/** A host in small: adds the login, sends a request and tells answers from faults of the transport. */
export function makeSender({ appKey, masterSecret }: Record<string, unknown>, timeoutMs = 2000) {
  const authorization = `Basic ${Buffer.from(`${appKey}:${masterSecret}`).toString("base64")}`;
  return (request: PlannedRequest): Promise<Answer> =>
    fetchAnswer({ ...request, headers: { ...request.headers, authorization } }, timeoutMs);
}
