import { expect, it } from "vitest";
import { countListed } from "./listed.rules.ts";

const typed = (...addresses: string[]) => ({
  kind: "addresses" as const,
  addresses: addresses.map((address) => ({ address })),
});

it("counts a recipient once, however the address is typed", () => {
  expect(countListed({ kind: "users", userIds: ["a", "A", "a"] })).toBe(2);
  expect(countListed(typed("13800138000", "+8613800138000", "+85213800138000"))).toBe(2);
  expect(countListed(typed("Li@example.edu", "li@example.edu"))).toBe(1);
});
