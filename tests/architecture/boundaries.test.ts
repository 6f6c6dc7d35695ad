import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const CONFIG = join(ROOT, ".dependency-cruiser.cjs");
const MODULES = "apps/api/src/modules";
const PLATFORM = "apps/api/src/platform";

/** A small tree of our layout in which every import is allowed. */
const CLEAN: Record<string, string[]> = {
  "packages/db/src/index.ts": ["postgres"],
  "packages/db/src/embedded/index.ts": [],
  "packages/db/src/testing/index.ts": ["../index.ts"],
  "packages/sdk/src/index.ts": ["./client/create-client.ts"],
  "packages/sdk/src/client/create-client.ts": [],
  "packages/sdk/src/plugin/index.ts": [],
  "packages/sdk/src/testing/index.ts": ["../plugin/index.ts"],
  "plugins/sms-acme/src/plugin.ts": ["@tidings/sdk/plugin"],
  "plugins/sms-acme/simulator/index.ts": ["@tidings/sdk/testing", "hono"],
  "plugins/sms-other/src/plugin.ts": ["@tidings/sdk/plugin"],
  "plugins/acme/src/index.ts": ["./codes.ts"],
  "plugins/acme/src/codes.ts": ["@tidings/sdk/plugin"],
  "plugins/acme/simulator/index.ts": ["@tidings/sdk/testing"],
  "plugins/acme-chat/src/plugin.ts": ["../../acme/src/index.ts"],
  "plugins/acme-chat/simulator/index.ts": ["../../acme/simulator/index.ts"],
  "apps/console/src/routes/page.ts": ["@tidings/sdk"],
  "apps/console/src/routes/Page.svelte": ["./page.ts", "@tidings/sdk"],
  "examples/send-message/index.ts": ["@tidings/sdk"],
  "tests/scenarios/stage.ts": ["../../apps/api/test/harness/index.ts", "@tidings/db/testing"],
  "apps/api/test/harness/index.ts": ["../../src/main.ts"],
  "apps/api/src/main.ts": ["./composition/http.ts"],
  "apps/api/src/composition/http.ts": [
    "../modules/tags/index.ts",
    "../platform/queue/index.ts",
    "@tidings/db",
  ],
  [`${PLATFORM}/ids.ts`]: ["@tidings/db"],
  [`${PLATFORM}/logger.ts`]: [],
  [`${PLATFORM}/database/index.ts`]: ["@tidings/db"],
  [`${PLATFORM}/http/index.ts`]: ["hono"],
  [`${PLATFORM}/queue/index.ts`]: ["bullmq"],
  [`${PLATFORM}/plugin-runtime/index.ts`]: ["@tidings/sdk/plugin", "../logger.ts"],
  [`${MODULES}/tags/index.ts`]: ["./tag.routes.ts", "./tag.service.ts"],
  [`${MODULES}/tags/tag.routes.ts`]: ["./tag.service.ts", "../../platform/http/index.ts", "hono"],
  [`${MODULES}/tags/tag.jobs.ts`]: ["./tag.service.ts"],
  [`${MODULES}/tags/tag.service.ts`]: ["./tag.repository.ts", "./tag.rules.ts", "../users/index.ts"],
  [`${MODULES}/tags/tag.repository.ts`]: ["@tidings/db", "drizzle-orm"],
  [`${MODULES}/tags/tag.rules.ts`]: ["type:@tidings/db", "type:./tag.repository.ts", "../../platform/ids.ts"],
  [`${MODULES}/tags/tag.service.test.ts`]: ["./tag.service.ts", "../users/user.fixture.ts"],
  [`${MODULES}/users/index.ts`]: ["./user.service.ts"],
  [`${MODULES}/users/user.jobs.ts`]: ["./index.ts"],
  [`${MODULES}/users/user.service.ts`]: [],
  [`${MODULES}/users/user.fixture.ts`]: ["@tidings/db/testing", "@tidings/db"],
};

interface Plant {
  rule: string;
  file: string;
  imports: string;
}

/** One forbidden import, or more, for every rule. */
const PLANTS: Plant[] = [
  plant("no-cycles", `${MODULES}/users/index.ts`, "./user.jobs.ts"),
  plant("no-unresolvable-imports", `${MODULES}/users/user.service.ts`, "./gone.ts"),
  plant(
    "packages-know-no-app-and-no-plugin",
    "packages/sdk/src/client/a.ts",
    "../../../../apps/api/src/main.ts",
  ),
  plant(
    "packages-know-no-app-and-no-plugin",
    "packages/db/src/a.ts",
    "../../../plugins/sms-acme/src/plugin.ts",
  ),
  plant("packages-know-no-other-package", "packages/db/src/b.ts", "@tidings/sdk/plugin"),
  plant("plugins-know-only-the-contract", "plugins/sms-acme/src/a.ts", "@tidings/sdk"),
  plant("plugins-know-only-the-contract", "plugins/sms-acme/src/b.ts", "@tidings/db"),
  plant("plugins-know-only-the-contract", "plugins/sms-acme/src/c.ts", "../../sms-other/src/plugin.ts"),
  plant("plugins-know-only-the-contract", "plugins/sms-acme/src/d.ts", "../../acme/src/index.ts"),
  plant("plugins-know-only-the-contract", "plugins/acme-chat/src/a.ts", "../../acme/src/codes.ts"),
  plant("plugins-know-only-the-contract", "plugins/acme/src/a.ts", "../../acme-chat/src/plugin.ts"),
  plant("console-knows-only-the-client", "apps/console/src/routes/a.ts", "@tidings/sdk/plugin"),
  plant("console-knows-only-the-client", "apps/console/src/routes/B.svelte", "@tidings/db"),
  plant("widget-knows-nothing-of-ours", "apps/inbox-widget/src/a.ts", "@tidings/sdk"),
  plant("examples-know-only-the-client", "examples/send-message/a.ts", "@tidings/db"),
  plant("scenarios-know-only-the-outside", "tests/scenarios/a.ts", "../../apps/api/src/main.ts"),
  plant(
    "api-imports-no-plugin",
    `${PLATFORM}/plugin-runtime/a.ts`,
    "../../../../../plugins/sms-acme/src/plugin.ts",
  ),
  plant("api-knows-the-contract-and-the-database", `${MODULES}/tags/a.ts`, "@tidings/sdk"),
  plant("only-the-hardened-client-opens-connections", `${MODULES}/tags/b.repository.ts`, "postgres"),
  plant("platform-knows-no-module", `${PLATFORM}/http/a.ts`, "../../modules/tags/index.ts"),
  plant("modules-know-no-composition-root", `${MODULES}/tags/c.ts`, "../../composition/http.ts"),
  plant("modules-meet-at-their-index", `${MODULES}/tags/d.ts`, "../users/user.service.ts"),
  plant(
    "composition-meets-modules-at-their-index",
    "apps/api/src/composition/a.ts",
    "../modules/tags/tag.service.ts",
  ),
  plant("nothing-imports-test-code", `${MODULES}/users/a.ts`, "./user.fixture.ts"),
  plant("edges-call-services-not-repositories", `${MODULES}/tags/e.routes.ts`, "./tag.repository.ts"),
  plant("edges-call-services-not-repositories", `${MODULES}/tags/e.jobs.ts`, "./tag.repository.ts"),
  plant("only-repositories-touch-the-database", `${MODULES}/tags/f.service.ts`, "@tidings/db"),
  plant("only-repositories-touch-the-database", `${MODULES}/tags/g.service.ts`, "drizzle-orm"),
  plant("rules-are-pure", `${MODULES}/tags/h.rules.ts`, "./tag.repository.ts"),
  plant("rules-are-pure", `${MODULES}/tags/i.rules.ts`, "node:fs/promises"),
  plant("rules-are-pure", `${MODULES}/tags/j.rules.ts`, "../../platform/logger.ts"),
  plant("only-edges-know-the-transport", `${MODULES}/tags/k.service.ts`, "hono"),
  plant("only-edges-know-the-transport", `${MODULES}/tags/l.rules.ts`, "hono/cookie"),
  plant("only-the-queue-knows-its-engine", `${PLATFORM}/http/b.ts`, "bullmq"),
];

function plant(rule: string, file: string, imports: string): Plant {
  return { rule, file, imports };
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Writes the clean tree with the plants in it and returns its folder. */
async function grow(plants: Plant[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-boundaries-"));
  folders.push(folder);
  const tree = { ...CLEAN };
  for (const { file, imports } of plants) tree[file] = [...(tree[file] ?? []), imports];
  for (const [file, imports] of Object.entries(tree)) await write(join(folder, file), imports);
  await copyFile(join(ROOT, "tsconfig.json"), join(folder, "tsconfig.json"));
  await mkdir(join(folder, "node_modules/@tidings"), { recursive: true });
  for (const name of ["db", "sdk"]) {
    const manifest = `packages/${name}/package.json`;
    await copyFile(join(ROOT, manifest), join(folder, manifest));
    await symlink(`../../packages/${name}`, join(folder, "node_modules/@tidings", name));
  }
  for (const name of ["hono", "bullmq", "postgres", "drizzle-orm", "svelte"]) await installStub(folder, name);
  return folder;
}

async function write(path: string, imports: string[]): Promise<void> {
  const code = `${imports.map(importLine).join("\n")}\nexport const here = 1;\n`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, path.endsWith(".svelte") ? `<script module lang="ts">\n${code}</script>\n` : code);
}

function importLine(specifier: string, index: number): string {
  if (!specifier.startsWith("type:")) return `import "${specifier}";`;
  return `import type * as m${index} from "${specifier.slice("type:".length)}";\nexport type T${index} = typeof m${index};`;
}

async function installStub(folder: string, name: string): Promise<void> {
  const path = join(folder, "node_modules", name);
  await mkdir(path);
  await writeFile(
    join(path, "package.json"),
    JSON.stringify({ name, exports: { ".": "./a.js", "./*": "./a.js" } }),
  );
  await writeFile(join(path, "a.js"), "");
}

interface Violation {
  rule: { name: string };
  from: string;
}

/** The violations in a tree as `rule: file`. */
async function cruise(cwd: string): Promise<string[]> {
  const bin = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [
    bin,
    "--config",
    CONFIG,
    "--output-type",
    "json",
    "apps",
    "packages",
    "plugins",
    "examples",
    "tests",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 50_000_000 }).catch(
    (error) => error,
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe("the dependency rule", () => {
  it("lets the intended layout pass", async () => {
    expect(await cruise(await grow([]))).toEqual([]);
  });

  it("reports every planted violation", async () => {
    const reported = await cruise(await grow(PLANTS));
    for (const { rule, file } of PLANTS) expect(reported).toContain(`${rule}: ${file}`);
  });

  it("has a planted violation for every rule", () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: { name: string }[] };
    expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)));
  });
});
