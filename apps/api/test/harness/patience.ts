import { until as poll } from "@tidings/db/testing";
import { vi } from "vitest";

/** How long a test waits before it calls something hung: far beyond what a busy machine with two cores needs. */
export const HANG_MS = 30_000;

// Takes effect for the file that loads the harness, before its tests are declared.
vi.setConfig({ testTimeout: 2 * HANG_MS, hookTimeout: 2 * HANG_MS });

export const until: typeof poll = (check, options) => poll(check, { timeoutMs: HANG_MS, ...options });
