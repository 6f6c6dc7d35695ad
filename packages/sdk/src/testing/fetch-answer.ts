import type { PlannedRequest } from "../plugin/index.ts";
import type { Answer } from "./conversation.ts";

/**
 * Sends a request that has its authentication already, for the tests' hosts in small: one try, no guard. What came back
 * is the answer; a refused connection is `not_sent`, every other fault `ambiguous`.
 */
export async function fetchAnswer(
  { url, method, headers = {}, body }: Pick<PlannedRequest, "url" | "method" | "headers" | "body">,
  timeoutMs = 2000,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body }),
    });
    const answered = Object.fromEntries(response.headers);
    return { status: response.status, headers: answered, body: await response.text() };
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    return { error: cause === "ECONNREFUSED" ? "not_sent" : "ambiguous", detail: String(error) };
  }
}
