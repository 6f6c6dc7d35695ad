import { expect, it } from "vitest";
import { maskRecipient, misnamed, SUPPRESSION_ORIGINS, SUPPRESSION_REASONS } from "./suppression.rules.ts";

it("has a reason of its own for every origin", () => {
  const reasons = SUPPRESSION_ORIGINS.map((origin) => SUPPRESSION_REASONS[origin]);
  expect(new Set(reasons).size).toBe(SUPPRESSION_ORIGINS.length);
});

it("masks addresses and not domains", () => {
  expect(maskRecipient("15212343124")).toBe("152****3124");
  expect(maskRecipient("@school.example")).toBe("@school.example");
});

it.each([
  [{}, "userId"],
  [{ userId: "u", address: "a", kind: "sms" }, "userId"],
  [{ address: "a" }, "kind"],
])("finds what is missing in %j", (recipient, path) => {
  expect(misnamed(recipient)?.path).toBe(path);
});

it.each([[{ userId: "u" }], [{ userId: "u", kind: "sms" }], [{ address: "a", kind: "sms" }]])(
  "takes %j",
  (recipient) => {
    expect(misnamed(recipient)).toBeNull();
  },
);
