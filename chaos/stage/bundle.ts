import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const OUR_PACKAGES = /^@tidings\/(db|sdk)(\/|$)/;
const PROGRAMS = ["programs/server", "programs/vendor", "programs/proxy", "reference/naive-sender"];

/** As apps/api/build.mjs: our own packages go into the bundle, everything from node_modules stays outside. */
const externalPackages: Plugin = {
  name: "external-packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || OUR_PACKAGES.test(path) ? undefined : { path, external: true },
    );
  },
};

const at = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The file that a program was bundled into. */
export const bundleOf = (program: string) => at(`dist/${program}.js`);

/** Bundles the server with the settings of the one that ships, and the programs around it. */
export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: PROGRAMS.map((program) => at(`${program}.ts`)),
    entryNames: "[name]",
    outdir: at("dist"),
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
