import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const OUR_PACKAGES = /^@tidings\/(db|sdk)(\/|$)/;

/** As apps/api/build.mjs: our own packages go into the bundle, everything from node_modules stays outside. */
const externalPackages: Plugin = {
  name: "external-packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || OUR_PACKAGES.test(path) ? undefined : { path, external: true },
    );
  },
};

/** Where the bundled server is, relative to `bench/`. */
export const SERVER_FILE = "dist/server.js";

const at = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The plugins that are measured with: the bench's own and the product's mail plugin. */
export const PLUGINS_DIR = at("dist/plugins");

export async function gatherPlugins(): Promise<void> {
  await rm(PLUGINS_DIR, { recursive: true, force: true });
  await mkdir(PLUGINS_DIR, { recursive: true });
  const own = (await readdir(at("plugins"))).map((name) => [name, at(`plugins/${name}`)] as const);
  for (const [name, folder] of [...own, ["email-smtp", at("../plugins/email-smtp")] as const]) {
    await symlink(folder, join(PLUGINS_DIR, name));
  }
}

/** Bundles the server that is measured, with the settings of the one that ships. */
export async function bundleServer(): Promise<void> {
  await build({
    entryPoints: [at("programs/server.ts")],
    outfile: at(SERVER_FILE),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [externalPackages],
  });
}
