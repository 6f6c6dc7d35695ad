// Builds one plugin (run in its folder): src/plugin.ts → dist/plugin.js and simulator/index.ts → dist/simulator.js.
import { existsSync } from "node:fs";
import { build } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  legalComments: "none",
  logLevel: "warning",
};

await build({ ...shared, entryPoints: ["src/plugin.ts"], outfile: "dist/plugin.js" });
if (existsSync("simulator/index.ts")) {
  await build({ ...shared, entryPoints: ["simulator/index.ts"], outfile: "dist/simulator.js" });
}
