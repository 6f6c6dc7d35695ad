import { readFileSync } from "node:fs";
import { checkConformance, type Vector } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import * as plugin from "../src/plugin.ts";
import { makeMessage, SETTINGS } from "./messages.ts";

function readVectors(name: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

const LIST = {
  ...SETTINGS,
  body: '{"text":"{{text}}","recipients":[{"to":"{{address}}","ref":"{{ref}}"}]}',
  listAt: "/recipients",
};

test.each([
  ["a call for each message", SETTINGS],
  ["a call for many", LIST],
  ["a form", { ...SETTINGS, bodyFormat: "form" }],
])("keeps the plugin contract with %s", async (_, settings) => {
  const report = await checkConformance({
    manifest: manifest as unknown as Parameters<typeof checkConformance>[0]["manifest"],
    plugin,
    settings,
    secrets: { secret: "example-secret-0123456789" },
    makeMessage,
    vectors: ["plan", "settle", "verify", "parse-receipt"].flatMap(readVectors),
  });
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});
