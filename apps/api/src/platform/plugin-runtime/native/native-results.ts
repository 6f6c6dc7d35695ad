/** What is said of messages that a native plugin gives no result for. */
export const MISSING = { code: "no_result", detail: "The plugin gave no result for this message." };
export const FAILED = { code: "plugin_error", detail: "The plugin failed." };
export const LATE = { code: "timeout", detail: "The plugin did not finish in time." };

/** One turn for each message that shares a connection, and one to connect. */
export function batchTimeoutMs(
  limits: { concurrency: number; timeoutMs: number },
  messageCount: number,
): number {
  return limits.timeoutMs * (1 + Math.ceil(messageCount / limits.concurrency));
}
