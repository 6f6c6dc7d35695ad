// Builds one plugin (run in its folder): src/plugin.ts → dist/plugin.js and simulator/index.ts → dist/simulator.js.
import { existsSync } from "node:fs";
import { build } from "esbuild";
import { externalPackages } from "./external-packages.mjs";

const shared = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  legalComments: "none",
  logLevel: "warning",
  plugins: [externalPackages],
};

await build({ ...shared, entryPoints: ["src/plugin.ts"], outfile: "dist/plugin.js" });
if (existsSync("simulator/index.ts")) {
  await build({ ...shared, entryPoints: ["simulator/index.ts"], outfile: "dist/simulator.js" });
}
