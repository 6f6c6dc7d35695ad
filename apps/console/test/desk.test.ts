import { describe, expect, test } from "vitest";
import type { ConformanceCheck, PluginListingDetail } from "#lib/api/client.ts";
import { whyNotDecide } from "#lib/features/desk/decision-standing.ts";
import { diffLines } from "#lib/features/desk/line-diff.ts";
import { missingForNext } from "#lib/features/desk/missing-checks.ts";

const SIGNS = { same: " ", added: "+", removed: "-" };
const drawn = (before: string, after: string) =>
  diffLines(before, after)?.map(({ text, change, number }) => `${SIGNS[change]}${number ?? ""}${text}`);

describe("the comparison of two files", () => {
  test("finds nothing in equal ones, whatever their last newline", () => {
    expect(drawn("a\nb\n", "a\nb")).toEqual([" 1a", " 2b"]);
  });

  test("keeps what is common and numbers the new file", () => {
    expect(drawn("a\nb\nc\nd", "a\nx\nc\nd\ne")).toEqual([" 1a", "-b", "+2x", " 3c", " 4d", "+5e"]);
  });

  test("marks every line of a file that is new, and of one that is gone", () => {
    expect(drawn("", "a\nb")).toEqual(["-", "+1a", "+2b"]);
    expect(drawn("a\nb", "b")).toEqual(["-a", " 1b"]);
  });

  test("gives up on files that would hold up the page", () => {
    const many = (prefix: string) => Array.from({ length: 2_500 }, (_, index) => prefix + index).join("\n");
    expect(diffLines(many("a"), many("b"))).toBeUndefined();
  });
});

describe("what is missing for the next grade", () => {
  const check = (neededFor: ConformanceCheck["neededFor"], ok: boolean) =>
    ({ name: `${neededFor}-${ok}`, neededFor, ok }) as ConformanceCheck;
  const checks = [check("bronze", true), check("silver", false), check("gold", false)];

  test("is what the next one needs, and not what the one after it does", () => {
    expect(missingForNext("bronze", checks)).toMatchObject({
      grade: "silver",
      checks: [{ neededFor: "silver" }],
    });
    expect(missingForNext("silver", checks)?.grade).toBe("gold");
    expect(missingForNext("gold", checks)).toBeUndefined();
    expect(missingForNext(null, checks)).toEqual({ grade: "bronze", checks: [] });
  });
});

test("nobody decides twice, or about what is of a publisher of theirs", () => {
  const listing = {
    pluginId: "acme/sms",
    state: "in_review",
    registry: { kind: "own" },
    reviews: [{ email: "one@x.example", verdict: "approved" }],
  } as PluginListingDetail;
  expect(whyNotDecide(listing, { email: "two@x.example", publishers: [] })).toBeUndefined();
  expect(whyNotDecide(listing, { email: "one@x.example", publishers: [] })).toContain("已经审核过");
  expect(whyNotDecide(listing, { email: "two@x.example", publishers: ["acme"] })).toContain(
    "只能由其他人审核",
  );
});
