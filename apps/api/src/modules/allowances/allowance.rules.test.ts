import type { OutboundMessage, SendResult } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { applyChanges, MAX_REMAINING, spendingOf } from "./allowance.rules.ts";

const at = (second: number) => new Date(second * 1000);
const granted = (second: number, count = 1) => ({ granted: count, at: at(second) });
const withdrawn = (second: number) => ({ granted: null, at: at(second) });
const nothing = { remaining: 0, emptiedAt: null };

describe("applyChanges", () => {
  it("adds what is granted, up to a limit", () => {
    expect(applyChanges({ remaining: 1, emptiedAt: null }, [granted(1), granted(2, 3)]).remaining).toBe(5);
    expect(applyChanges(nothing, [granted(1, MAX_REMAINING + 1)]).remaining).toBe(MAX_REMAINING);
  });

  it("makes the same of the same changes in whatever order they come", () => {
    const changes = [granted(1), withdrawn(2), granted(3), granted(4)];
    const [first, ...others] = [changes, changes.toReversed()].map((order) => {
      let known = applyChanges(nothing, []);
      const earlier: typeof changes = [];
      for (const change of order) {
        known = applyChanges(known, [change], earlier);
        earlier.push(change);
      }
      return known;
    });
    expect(first).toEqual({ remaining: 2, emptiedAt: at(2) });
    for (const other of others) expect(other).toEqual(first);
    expect(applyChanges(nothing, changes)).toEqual(first);
  });

  it("leaves what was used up used up when a withdrawal comes late", () => {
    const known = { remaining: 0, emptiedAt: null };
    expect(applyChanges(known, [withdrawn(2)], [granted(3)])).toEqual({ remaining: 0, emptiedAt: at(2) });
  });

  it("counts what is granted in the second of a withdrawal", () => {
    expect(applyChanges(nothing, [withdrawn(2), granted(2)]).remaining).toBe(1);
  });
});

describe("spendingOf", () => {
  const ability = {
    subject: "template",
    when: { field: "kind", values: ["once"] },
    noneLeft: ["none"],
  };
  const message = (ref: string, kind = "once"): OutboundMessage => ({
    ref,
    address: `to-${ref}`,
    content: { template: "t", kind },
    variables: {},
  });
  const spend = (result: Omit<SendResult, "ref">, kind?: string) =>
    spendingOf(ability, [message("a", kind)], new Map([["a", { ref: "a", ...result }]]));

  it("uses up what was accepted, gives back what was not sent, and leaves open what may have been", () => {
    expect(spend({ status: "accepted" })).toMatchObject({ used: ["a"], returned: [] });
    for (const status of ["rejected", "transient", "throttled", "config"] as const) {
      expect(spend({ status })).toMatchObject({ used: [], returned: ["a"], refused: [] });
    }
    expect(spend({ status: "unknown" })).toEqual({ used: [], returned: [], refused: [] });
  });

  it("believes a refusal that says that none is left", () => {
    expect(spend({ status: "rejected", code: "none" }).refused).toEqual([
      { ref: "a", address: "to-a", subject: "t" },
    ]);
    expect(spend({ status: "transient", code: "none" }).refused).toEqual([]);
  });

  it("has nothing to do with renderings that need no consent", () => {
    expect(spend({ status: "rejected", code: "none" }, "always")).toEqual({
      used: [],
      returned: [],
      refused: [],
    });
  });
});
