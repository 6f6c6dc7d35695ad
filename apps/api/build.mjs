/**
 * Bundles src/main.ts → dist/main.js. Our own workspace packages are TypeScript, so they go into the bundle;
 * everything from node_modules stays outside. Code that reads files at run time (migrations, the API explorer)
 * finds them with `createRequire(import.meta.url).resolve("<package>/package.json")`, never beside itself.
 */
import { build } from "esbuild";

const BUNDLED = new Set(["@tidings/db", "@tidings/sdk"]);

/** `@scope/name/sub/path` → `@scope/name` */
const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const externalPackages = {
  name: "external-packages",
  setup({ onResolve }) {
    // A path that starts with neither "." nor "/" names a package or a part of Node.
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || BUNDLED.has(packageOf(path)) ? undefined : { path, external: true },
    );
  },
};

await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/main.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [externalPackages],
});
