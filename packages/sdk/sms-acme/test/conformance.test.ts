import { conformanceInputOf, readFolder } from "@tidings/sdk/package";
import { checkConformance } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import * as plugin from "../src/plugin.ts";

test("keeps the plugin contract", async () => {
  const folder = new URL("..", import.meta.url).pathname;
  const report = await checkConformance(conformanceInputOf(await readFolder(folder), plugin));
  expect(report.checks.filter((check) => !check.ok)).toEqual([]);
});
