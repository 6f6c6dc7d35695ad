import { readFileSync } from "node:fs";
import { checkConformance, type Vector } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { readRefusal } from "../src/errors.ts";
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
    secrets: { secret: "exampleSecretOfTheApp" },
    makeMessage,
    vectors: ["plan", "settle", "verify", "recall"].flatMap(readVectors),
  });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});

test("has words for every code of the vendor that it tells apart", () => {
  const worded = Object.keys(manifest.errors).filter((code) => /^-?\d+$/.test(code));
  const judged = worded.filter((code) => readRefusal(Number(code)).status !== "rejected");
  expect(judged.length).toBeGreaterThan(10);
  const wordless = Array.from({ length: 400_000 }, (_, code) => code - 10)
    .filter((code) => readRefusal(code).status !== "rejected")
    .filter((code) => !worded.includes(String(code)));
  expect(wordless).toEqual([]);
});
