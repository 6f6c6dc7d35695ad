import { describe, expect, it } from "vitest";
import { checkCaps, codeOf, type FrequencyCap } from "./frequency-cap.rules.ts";

const cap = (changes: Partial<FrequencyCap> = {}): FrequencyCap => ({
  limit: 3,
  hours: 24,
  channelKind: null,
  category: null,
  ...changes,
});

describe("a cap as the detail of a reason", () => {
  it.each([
    [cap(), "3/24h"],
    [cap({ channelKind: "sms" }), "3/24h sms"],
    [cap({ category: "marketing" }), "3/24h * marketing"],
    [cap({ limit: 1, hours: 168, channelKind: "sms", category: "service" }), "1/168h sms service"],
  ])("%j is %s", (given, code) => {
    expect(codeOf(given)).toBe(code);
  });
});

describe("a list of caps", () => {
  const kinds = new Set(["sms"]);
  const faults = (caps: FrequencyCap[]) => checkCaps(caps, kinds).map(({ pointer, code }) => [pointer, code]);

  it("may hold the same scope to several windows", () => {
    expect(faults([cap(), cap({ hours: 1, limit: 1 }), cap({ channelKind: "sms" })])).toEqual([]);
  });

  it("names a scope once for each window", () => {
    expect(faults([cap(), cap({ limit: 5 })])).toEqual([["/items/1", "repeated"]]);
  });

  it("knows the channel kinds that it speaks of", () => {
    expect(faults([cap({ channelKind: "pigeon" })])).toEqual([["/items/0/channelKind", "unknown_kind"]]);
  });
});
