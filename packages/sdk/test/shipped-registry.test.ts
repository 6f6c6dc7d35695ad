import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildPlugin } from "../src/cli/plugin/build.ts";
import { runTest } from "../src/cli/plugin/test.ts";
import { grantsOf, readFolder, scanCode, widening } from "../src/package/index.ts";
import { readRegistry } from "../src/registry/index.ts";

/*
 * The registry that ships with the repository. It was signed once and the keys were thrown away, so whoever changes an
 * example plugin makes the registry anew; docs/plugin-authoring.md says how.
 */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const EXAMPLES = `${ROOT}examples/plugins/`;
const registry = await readRegistry(`${ROOT}registry`);

test("lists the example plugins and nothing else", () => {
  const names = registry.plugins.map(({ id }) => id.split("/")[1]);
  expect(names).toEqual(readdirSync(EXAMPLES).sort());
});

test("holds packages that are in order, each with the grade and the grants that it is listed with", async () => {
  for (const { id, versions } of registry.plugins) {
    for (const { version, grants } of versions) {
      const { plugin, statement } = await registry.getPackage(id, version);
      expect(grantsOf(plugin.manifest)).toEqual(grants);
      expect(statement.publisher).toBe("tidings-examples");
      expect(scanCode(plugin.code, plugin.manifest)).toEqual([]);
    }
  }
});

test.each(registry.plugins.map(({ id, latest, grade }) => ({ id, latest, grade })))(
  "was made of the sources of $id as they are",
  async ({ id, latest, grade }) => {
    const folder = `${EXAMPLES}${id.split("/")[1]}`;
    await buildPlugin(folder);
    const { files } = await readFolder(folder);
    const { plugin } = await registry.getPackage(id, latest);
    const textOf = (contents: ReadonlyMap<string, Uint8Array>) =>
      Object.fromEntries([...contents].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
    expect(textOf(plugin.files)).toEqual(textOf(files));
    expect((await runTest(folder)).grade).toBe(grade);
  },
);

test("has an upgrade that asks for more than the version before", async () => {
  const versions = registry.plugins.find(({ id }) => id.endsWith("/sms-http-gateway"))?.versions ?? [];
  const [after, before] = versions;
  expect([before?.version, after?.version]).toEqual(["1.0.0", "1.1.0"]);
  if (!before || !after) throw new Error("a version is missing");
  expect(widening(before.grants, after.grants)).toEqual([
    { kind: "abilities", value: "query" },
    { kind: "abilities", value: "receipts:pull" },
  ]);
});
