import { until as poll } from "@tidings/db/testing";

/** How long a test waits before it calls something hung: far beyond what a busy machine with two cores needs. */
export const HANG_MS = 30_000;

export const until: typeof poll = (check, options) => poll(check, { timeoutMs: HANG_MS, ...options });
