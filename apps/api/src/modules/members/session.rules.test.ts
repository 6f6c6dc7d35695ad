import { describe, expect, it } from "vitest";
import { isLive, isUseDue, SESSION_IDLE_MS, SESSION_MAX_MS } from "./session.rules.ts";

const start = new Date("2026-03-01T00:00:00Z");
const after = (ms: number) => new Date(start.getTime() + ms);

describe("a session", () => {
  it("ends after half an hour without use", () => {
    const session = { usedAt: start, expiresAt: after(SESSION_MAX_MS) };
    expect(isLive(session, after(SESSION_IDLE_MS - 1))).toBe(true);
    expect(isLive(session, after(SESSION_IDLE_MS))).toBe(false);
  });

  it("ends after twelve hours, however busy", () => {
    const session = { usedAt: after(SESSION_MAX_MS - 1), expiresAt: after(SESSION_MAX_MS) };
    expect(isLive(session, after(SESSION_MAX_MS - 1))).toBe(true);
    expect(isLive(session, after(SESSION_MAX_MS))).toBe(false);
  });

  it("has its use written down once a minute at most", () => {
    const session = { usedAt: start, expiresAt: after(SESSION_MAX_MS) };
    expect(isUseDue(session, after(59_999))).toBe(false);
    expect(isUseDue(session, after(60_000))).toBe(true);
  });
});
