import { newId, toUuid } from "@tidings/db";
import { expect, it } from "vitest";
import { assertOneList, optionsOf, withoutDeduplication } from "./sending-options.rules.ts";

const list = newId("recipientList");

it("keeps what was asked for and nothing else, lists by their row key", () => {
  expect(optionsOf({})).toEqual({});
  expect(optionsOf({ deduplicateSeconds: 60, denyList: list })).toEqual({
    deduplicateSeconds: 60,
    denyListId: toUuid("recipientList", list),
  });
  expect(optionsOf({ allowList: list })).toEqual({ allowListId: toUuid("recipientList", list) });
});

it("takes one list and not two", () => {
  expect(() => assertOneList({ allowList: list })).not.toThrow();
  expect(() => assertOneList({ allowList: list, denyList: list })).toThrow("not both");
});

it("forgets deduplication and keeps the rest", () => {
  expect(withoutDeduplication({ deduplicateSeconds: 60, quietHours: "drop" })).toEqual({
    quietHours: "drop",
  });
});
