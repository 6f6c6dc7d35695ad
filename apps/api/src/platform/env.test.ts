import { expect, it } from "vitest";
import { readEnv } from "./env.ts";

it("reads egress addresses and networks, with commas between", () => {
  expect(readEnv({ EGRESS_ADDRESSES: "203.0.113.7, 2001:db8::/48," }).EGRESS_ADDRESSES).toEqual([
    "203.0.113.7",
    "2001:db8::/48",
  ]);
  expect(readEnv({}).EGRESS_ADDRESSES).toEqual([]);
});

it.each([
  ["a name", "mail.school.example"],
  ["a network too wide", "203.0.113.0/33"],
  ["more than can be shown", Array.from({ length: 51 }, (_, index) => `203.0.113.${index}`).join(",")],
])("refuses %s among the egress addresses, and names the variable", (_, value) => {
  expect(() => readEnv({ EGRESS_ADDRESSES: value })).toThrow(/EGRESS_ADDRESSES/);
});
