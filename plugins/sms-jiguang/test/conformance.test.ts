import { readFileSync } from "node:fs";
import { checkConformance, type Vector } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
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
    secrets: { masterSecret: "exampleMasterSecret" },
    makeMessage,
    vectors: ["plan", "settle", "verify", "parse-receipt", "sync-templates"].flatMap(readVectors),
  });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});
