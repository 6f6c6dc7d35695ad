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

/** Bundles the server that is measured, with the settings of the one that ships. */
export async function bundleServer(): Promise<void> {
  const at = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
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
