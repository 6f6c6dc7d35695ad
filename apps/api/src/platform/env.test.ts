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

it("reads endpoints of the own network in the form in which they are called", () => {
  const text = "mail.School.lan:25, 10.3.0.7:80,fd00::7:8443";
  expect(readEnv({ INTERNAL_ENDPOINTS: text }).INTERNAL_ENDPOINTS).toEqual([
    "mail.school.lan:25",
    "10.3.0.7:80",
    "[fd00::7]:8443",
  ]);
  expect(readEnv({}).INTERNAL_ENDPOINTS).toEqual([]);
});

it.each([
  ["a host without its port", "mail.school.lan"],
  ["a whole network", "10.0.0.0/8:443"],
  ["an address with its protocol", "http://10.3.0.7:80"],
  ["a wildcard", "*.school.lan:443"],
  ["a port that is none", "10.3.0.7:65536"],
  ["more than a list holds", Array.from({ length: 201 }, (_, index) => `10.3.0.7:${index + 1}`).join(",")],
])("refuses %s among the internal endpoints, and names the variable", (_, value) => {
  expect(() => readEnv({ INTERNAL_ENDPOINTS: value })).toThrow(/INTERNAL_ENDPOINTS/);
});
