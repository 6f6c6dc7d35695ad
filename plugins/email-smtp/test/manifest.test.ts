import { findManifestProblems } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { isAddress } from "../src/address.ts";

test("has a valid manifest", () => {
  expect(findManifestProblems(manifest)).toEqual([]);
});

test.each([
  ["wang.xiaoming+term@mail.school.example", true],
  ["a@b", true],
  ["王@example.com", false],
  ["a b@example.com", false],
  ["a@example..com", false],
  ["a@-example.com", false],
  ["<a@example.com>", false],
  ["a@example.com\r\nDATA", false],
  ["a@b.com,c@d.com", false],
])("judges the address %j as its manifest does", (address, valid) => {
  expect(isAddress(address)).toBe(valid);
  expect(new RegExp(manifest.address.schema.pattern, "u").test(address)).toBe(valid);
});
