import type { Obstacle } from "../execution/obstacles.ts";

/** What is said of messages that a native plugin did not finish with. */
export const LATE: Obstacle = { code: "timeout", detail: "The plugin did not finish in time." };

/** One turn for each message that shares a connection, and one to connect. */
export function batchTimeoutMs(
  limits: { concurrency: number; timeoutMs: number },
  messageCount: number,
): number {
  return limits.timeoutMs * (1 + Math.ceil(messageCount / limits.concurrency));
}
