import { describe, expect, it } from "vitest";
import { Standings } from "./standings.ts";

function begin() {
  let now = 0;
  const standings = new Standings({ strikeCount: 2, forgetMs: 1_000, monotonicMs: () => now });
  return { standings, pass: (ms: number) => (now += ms) };
}

describe("a plugin's standing", () => {
  it("is trust, until it was in a process that was lost", () => {
    const { standings } = begin();
    expect(standings.of("a")).toBe("trusted");
    standings.suspect("a");
    expect(standings.of("a")).toBe("probation");
    expect(standings.of("b")).toBe("trusted");
    expect(standings.hasProbation()).toBe(true);
  });

  it("is cleared by a call that goes well alone, and needs four times as many after each suspicion", () => {
    const { standings } = begin();
    for (const callCount of [1, 4, 16]) {
      standings.suspect("a");
      for (let call = 1; call <= callCount; call += 1) {
        expect(standings.of("a"), `before call ${call} of ${callCount}`).toBe("probation");
        standings.clear("a");
      }
      expect(standings.of("a")).toBe("trusted");
    }
    expect(standings.hasProbation()).toBe(false);
  });

  it("is lost for good by the second strike, which is told once", () => {
    const { standings, pass } = begin();
    expect(standings.strike("a")).toBe(false);
    expect(standings.of("a")).toBe("trusted");
    expect(standings.strike("a")).toBe(true);
    expect(standings.strike("a")).toBe(false);
    standings.clear("a");
    standings.suspect("a");
    pass(10_000);
    standings.suspect("a");
    expect(standings.of("a")).toBe("disabled");
    expect(standings.hasProbation()).toBe(false);
  });

  it("is forgotten when nothing has joined it for long", () => {
    const { standings, pass } = begin();
    standings.strike("a");
    pass(999);
    standings.suspect("a");
    standings.clear("a");
    pass(1_000);
    expect(standings.strike("a")).toBe(false);
    standings.suspect("a");
    standings.clear("a");
    expect(standings.of("a")).toBe("trusted");
  });
});
