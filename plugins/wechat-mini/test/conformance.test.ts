import { readFileSync } from "node:fs";
import { checkConformance, type Vector } from "@tidings/sdk/testing";
import { JUDGED_CODES } from "@tidings/wechat";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { CHECKED_TYPES } from "../src/field-rules.ts";
import * as plugin from "../src/plugin.ts";
import { makeMessage, SETTINGS } from "./messages.ts";

function readVectors(name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

test("keeps the plugin contract", async () => {
  const report = await checkConformance({
    manifest: manifest as Parameters<typeof checkConformance>[0]["manifest"],
    plugin,
    settings: SETTINGS,
    secrets: {
      appSecret: "0123456789abcdef0123456789abcdef",
      pushToken: "exampleTokenOfPushes",
      encodingAesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    },
    makeMessage,
    vectors: ["plan", "settle", "verify", "parse-receipt"].flatMap(readVectors),
  });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});

test("has words for every code of the vendor that it tells apart, and for every type of field", () => {
  expect(JUDGED_CODES.length).toBeGreaterThan(10);
  const codes = [...JUDGED_CODES.map(String), ...CHECKED_TYPES.map((type) => `invalid_${type}`)];
  expect(codes.filter((code) => !(code in manifest.errors))).toEqual([]);
});
