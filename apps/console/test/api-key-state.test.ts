import { expect, test } from "vitest";
import { apiKeyState, isLive } from "#lib/features/sources/api-key-state.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const before = "2026-11-23T11:00:00Z";
const after = "2026-11-23T13:00:00Z";

test.each([
  [{ expiresAt: null, revokedAt: null }, "live", true],
  [{ expiresAt: after, revokedAt: null }, "ending", true],
  [{ expiresAt: before, revokedAt: null }, "expired", false],
  [{ expiresAt: null, revokedAt: before }, "revoked", false],
  [{ expiresAt: after, revokedAt: before }, "revoked", false],
] as const)("a key with %j is %s", (key, state, live) => {
  expect(apiKeyState(key, now)).toBe(state);
  expect(isLive(key, now)).toBe(live);
});
