import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { packFiles } from "@tidings/sdk/package";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Vector } from "@tidings/sdk/testing";
import { createLogger } from "../../apps/api/src/platform/logger.ts";
import {
  createSandbox,
  createTenantPlugins,
  InstalledPlugins,
  type InstalledVersion,
  loadPlugins,
} from "../../apps/api/src/platform/plugin-runtime/index.ts";
import { answer, readSettings, tell } from "./parent.ts";

/**
 * A tenant that has installed many plugins: each is the largest pure one that ships, with an id and code of its own. At
 * `load` the next of them is called for the first time, and has to plan what its golden vector says.
 */
export interface LoadReport {
  /** From the call to its answer: the package is read and compared, its code brought to the sandbox, loaded and run. */
  tookMs: number;
}

const TENANT = "ten_bench";
const FOLDER = fileURLToPath(new URL("../../plugins/", import.meta.url));

interface Model {
  manifest: PluginManifest;
  code: string;
  plan: Extract<Vector, { call: "plan" }>;
}

async function readModel(name: string): Promise<Model | undefined> {
  // A folder without a manifest is no plugin, but what plugins share.
  if (!existsSync(`${FOLDER}${name}/channel.json`)) return undefined;
  const read = (file: string) => readFile(`${FOLDER}${name}/${file}`, "utf8");
  const manifest = JSON.parse(await read("channel.json")) as PluginManifest;
  if (manifest.level !== "pure") return undefined;
  const vectors = JSON.parse(await read("vectors/plan.json").catch(() => "[]")) as Vector[];
  const plan = vectors.find((vector) => vector.call === "plan");
  return plan && { manifest, code: await read(manifest.entry), plan };
}

async function readLargest(): Promise<Model> {
  const models = (await Promise.all((await readdir(FOLDER)).map(readModel))).filter(
    (one) => one !== undefined,
  );
  const [largest] = models.sort((a, b) => b.code.length - a.code.length);
  if (!largest) throw new Error("no pure plugin has golden vectors");
  return largest;
}

interface Package extends InstalledVersion {
  archive: Uint8Array;
}

async function packNumbered({ manifest, code, plan }: Model, number: number): Promise<Package> {
  const pluginId = `bench/plugin-${number}`;
  const fields = Object.entries(manifest.settings.properties);
  const secrets = fields.flatMap(([name, field]) => (field["x-secret"] ? [[name, "made-up-secret"]] : []));
  // On a machine that stalls a pattern takes longer than that of a package may, and none of them is what is measured.
  const properties = Object.fromEntries(
    fields.map(([name, field]) => [name, { ...field, pattern: undefined }]),
  );
  const settings = { ...manifest.settings, properties };
  const { content = {}, variables = {} } = plan.input.messages[0] ?? {};
  const sample = {
    settings: plan.input.settings,
    secrets: Object.fromEntries(secrets),
    message: { address: "#####", content, variables },
  };
  const archive = await packFiles(
    new Map([
      [
        "channel.json",
        Buffer.from(JSON.stringify({ ...manifest, settings, id: pluginId, entry: "plugin.js" })),
      ],
      ["plugin.js", Buffer.from(`${code}\n// ${number}\n`)],
      ["sample.json", Buffer.from(JSON.stringify(sample))],
    ]),
  );
  const sha256 = createHash("sha256").update(archive).digest("hex");
  return { tenantId: TENANT, pluginId, sha256, trial: undefined, archive };
}

const { count } = readSettings<{ count: number }>();
const model = await readLargest();
const packages = await Promise.all(Array.from({ length: count }, (_, index) => packNumbered(model, index)));
const logger = createLogger("warn");
const sandbox = createSandbox({ logger });
const source = {
  read: async () => ({ versions: packages, blocks: [] }),
  readArchive: async (sha256: string) => packages.find((one) => one.sha256 === sha256)?.archive,
  block: async () => undefined,
};
const plugins = createTenantPlugins(
  await loadPlugins([], logger),
  new InstalledPlugins({ source, sandbox, logger }),
);
await plugins.refresh();
let loaded = 0;

answer(async () => {
  const next = packages[loaded++]?.pluginId ?? "";
  const startedAt = performance.now();
  const module = await plugins.open(TENANT, next)?.module();
  const output = module?.level === "pure" ? await module.functions.plan(model.plan.input) : undefined;
  const tookMs = performance.now() - startedAt;
  if (!isDeepStrictEqual(output, model.plan.output))
    throw new Error(`void: ${next} did not plan what it should`);
  return { tookMs } satisfies LoadReport;
});

process.once("SIGTERM", () => void sandbox.close().then(() => process.exit(0)));
tell({ ready: true });
