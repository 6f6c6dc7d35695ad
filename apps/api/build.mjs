/**
 * Bundles src/main.ts → dist/main.js. Our own workspace packages are TypeScript, so they go into the bundle;
 * everything from node_modules stays outside. Code that reads files at run time (migrations, the API explorer)
 * finds them with `createRequire(import.meta.url).resolve("<package>/package.json")`, never beside itself.
 */
import { build } from "esbuild";
import { externalPackages } from "../../scripts/external-packages.mjs";

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
