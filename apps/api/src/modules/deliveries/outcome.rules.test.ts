import { describe, expect, it } from "vitest";
import { MAX_ROUNDS } from "./delivery.rules.ts";
import { judgeResults, type Round, willDropRepeat } from "./outcome.rules.ts";

const stateAfter = (status: "unknown" | "transient" | "accepted", round: Round) =>
  judgeResults([{ ref: "dlv_1", status }], () => "1", round).exceptions[0]?.state ?? "accepted";

describe("what may have been sent", () => {
  it("goes out again where the vendor drops a repeat, until the rounds are used up", () => {
    expect(stateAfter("unknown", { count: 0, isProbe: false, dropsRepeats: true })).toBe("ready");
    expect(stateAfter("unknown", { count: MAX_ROUNDS - 1, isProbe: false, dropsRepeats: true })).toBe(
      "unknown",
    );
  });

  it("is unknown at once where a repeat would be a second message", () => {
    expect(stateAfter("unknown", { count: 0, isProbe: false, dropsRepeats: false })).toBe("unknown");
  });

  it.each([
    [{ kind: "key", windowSeconds: 600 }, 0, true],
    [{ kind: "key", windowSeconds: 600 }, 299, true],
    [{ kind: "key", windowSeconds: 600 }, 300, false],
    [{ kind: "none" }, 0, false],
  ] as const)(
    "is repeated well inside the vendor's window only: %j after %i s",
    (ability, seconds, repeats) => {
      expect(willDropRepeat(ability, seconds)).toBe(repeats);
    },
  );
});
