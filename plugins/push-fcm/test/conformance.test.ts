import { readFileSync } from "node:fs";
import { checkConformance, type Vector } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import * as plugin from "../src/plugin.ts";
import { makeMessage, SETTINGS } from "./messages.ts";

function readVectors(name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

test.each([
  ["notifications", SETTINGS],
  ["data", { ...SETTINGS, form: "data", priority: "normal" }],
])("keeps the plugin contract with %s", async (_, settings) => {
  const report = await checkConformance({
    manifest: manifest as unknown as Parameters<typeof checkConformance>[0]["manifest"],
    plugin,
    settings,
    secrets: { serviceAccount: '{"client_email":"push@campus-app.example","private_key":"-----"}' },
    makeMessage,
    vectors: ["plan", "settle", "verify"].flatMap(readVectors),
  });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});
