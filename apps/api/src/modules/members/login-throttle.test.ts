import { describe, expect, it } from "vitest";
import { ProblemError } from "../../platform/errors.ts";
import { createLoginThrottle, FAILURE_WINDOW_MS, MAX_FAILURES } from "./login-throttle.ts";

function setUp() {
  let now = new Date("2026-03-01T00:00:00Z");
  const throttle = createLoginThrottle({ now: () => now });
  return {
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    attempt: (email: string, right: boolean, ipAddress?: string) =>
      throttle.guard({ email, ipAddress }, async () => right),
    guard: throttle.guard,
    async fail(email: string, ipAddress?: string, times = MAX_FAILURES) {
      for (let i = 0; i < times; i++) await throttle.guard({ email, ipAddress }, async () => false);
    },
  };
}

const waitOf = (promise: Promise<boolean>) =>
  promise.then(
    () => 0,
    (error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.type.status).toBe(429);
      return Number(error.options.headers?.["retry-after"]);
    },
  );

describe("the login throttle", () => {
  it("refuses even the right password after ten failures, until the oldest is a quarter of an hour old", async () => {
    const { attempt, fail, pass } = setUp();
    await fail("a@x.cn");
    pass(60_000);
    expect(await waitOf(attempt("a@x.cn", true))).toBe((FAILURE_WINDOW_MS - 60_000) / 1_000);
    pass(FAILURE_WINDOW_MS - 60_000);
    expect(await attempt("a@x.cn", true)).toBe(true);
  });

  it("leaves other accounts alone", async () => {
    const { attempt, fail } = setUp();
    await fail("a@x.cn");
    expect(await attempt("b@x.cn", true)).toBe(true);
  });

  it("counts an address over all accounts", async () => {
    const { attempt, guard } = setUp();
    for (let i = 0; i < MAX_FAILURES; i++) {
      await guard({ email: `${i}@x.cn`, ipAddress: "203.0.113.7" }, async () => false);
    }
    expect(await waitOf(attempt("new@x.cn", true, "203.0.113.7"))).toBeGreaterThan(0);
    expect(await attempt("new@x.cn", true, "203.0.113.8")).toBe(true);
  });

  it("forgets an account's failures, not its address's, when it signs in", async () => {
    const { attempt, fail } = setUp();
    await fail("a@x.cn", "203.0.113.7", MAX_FAILURES - 1);
    expect(await attempt("a@x.cn", true, "203.0.113.7")).toBe(true);
    await fail("a@x.cn", "203.0.113.7", 1);
    expect(await waitOf(attempt("a@x.cn", true, "203.0.113.7"))).toBeGreaterThan(0);
    expect(await attempt("a@x.cn", true, "203.0.113.8")).toBe(true);
  });

  it("lets no more parallel guesses through than failures are left", async () => {
    const { guard } = setUp();
    let checked = 0;
    const guesses = Array.from({ length: 50 }, () =>
      guard({ email: "a@x.cn" }, async () => {
        checked++;
        await new Promise((resolve) => setImmediate(resolve));
        return false;
      }).catch(() => false),
    );
    await Promise.all(guesses);
    expect(checked).toBe(MAX_FAILURES);
  });

  it("does not count a check that could not be made", async () => {
    const { attempt, guard } = setUp();
    for (let i = 0; i < MAX_FAILURES; i++) {
      await guard({ email: "a@x.cn" }, () => Promise.reject(new Error("database down"))).catch(() => false);
    }
    expect(await attempt("a@x.cn", true)).toBe(true);
  });
});
