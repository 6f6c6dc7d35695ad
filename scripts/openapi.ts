/**
 * Writes apps/api/openapi.json from the declared routes, and from it the client in packages/sdk/src/generated.
 * Needs no server and no database. `--check` writes nothing and fails when the committed files differ.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@hey-api/openapi-ts";
import { lay } from "../apps/api/src/composition/foundation.ts";
import { composeHttp, VERSION } from "../apps/api/src/composition/http.ts";
import { openApiDocument } from "../apps/api/src/platform/http/documents.ts";
import { createLogger } from "../apps/api/src/platform/logger.ts";
import { loadPlugins } from "../apps/api/src/platform/plugin-runtime/index.ts";
import sdkConfig from "../packages/sdk/openapi-ts.config.ts";

const ROOT = resolve(import.meta.dirname, "..");
const DOCUMENT = join(ROOT, "apps/api/openapi.json");
const GENERATED = join(ROOT, "packages/sdk/src/generated");

const { values: options } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const document = await makeDocument();
if (options.check) {
  process.exitCode = await check(document);
} else {
  await writeFile(DOCUMENT, document);
  await generateClient(DOCUMENT, GENERATED);
}

/** The document of the composed application, with paths and components in alphabetical order. */
async function makeDocument(): Promise<string> {
  const logger = createLogger("silent");
  const foundation = lay({
    // Databases connect when they are first used, and nothing here uses one.
    databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    installationKey: new Uint8Array(32),
    publicUrl: "http://localhost",
    // The API is the same whatever is installed; what a plugin adds is data.
    plugins: await loadPlugins([], logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  const { app } = composeHttp(foundation, { nudge: () => undefined });
  const { paths = {}, components = {}, ...rest } = openApiDocument(app, VERSION);
  await foundation.close();
  const ordered = {
    ...rest,
    paths: sorted(paths),
    components: sorted(
      Object.fromEntries(
        Object.entries(components).map(([kind, entries]) => [kind, sorted(entries as object)]),
      ),
    ),
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function generateClient(input: string, path: string): Promise<void> {
  const output = { ...sdkConfig.output, path };
  await createClient({ ...sdkConfig, input, output, logs: { level: "silent" } });
}

async function check(expected: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-openapi-"));
  try {
    const input = join(folder, "openapi.json");
    const generated = join(folder, "generated");
    await writeFile(input, expected);
    await generateClient(input, generated);
    const stale = await listDifferences(generated, GENERATED);
    if ((await readText(DOCUMENT)) !== expected) stale.unshift("apps/api/openapi.json");
    for (const path of stale) console.error(`${path} is not what the routes declare`);
    if (stale.length > 0) console.error("Run `npm run openapi` and commit what it writes.");
    return stale.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function listDifferences(expectedFolder: string, actualFolder: string): Promise<string[]> {
  const names = new Set([...(await listFiles(expectedFolder)), ...(await listFiles(actualFolder))]);
  const differing: string[] = [];
  for (const name of [...names].sort()) {
    const [expected, actual] = await Promise.all(
      [expectedFolder, actualFolder].map((folder) => readText(join(folder, name))),
    );
    if (expected !== actual) differing.push(join("packages/sdk/src/generated", name));
  }
  return differing;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.endsWith(".ts"));
}

/** Undefined when there is no such file. */
function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
