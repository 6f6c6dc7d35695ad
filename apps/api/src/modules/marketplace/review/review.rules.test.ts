import { describe, expect, it } from "vitest";
import { stateAfter } from "./review.rules.ts";

const ONE = { fourEyes: false };
const TWO = { fourEyes: true };

describe("a version in review", () => {
  it("is listed by one operator, or by two where the policy says so", () => {
    expect(stateAfter(["approved"], ONE)).toBe("listed");
    expect(stateAfter(["approved"], TWO)).toBe("in_review");
    expect(stateAfter(["approved", "approved"], TWO)).toBe("listed");
  });

  it("is refused by any operator", () => {
    expect(stateAfter(["refused"], ONE)).toBe("refused");
    expect(stateAfter(["approved", "refused"], TWO)).toBe("refused");
  });
});
