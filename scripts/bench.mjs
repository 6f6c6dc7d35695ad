/** `npm run bench -- [quick|full] [--only accept,batch] [--json]`; bench/README.md says how to read it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const plugins = spawnSync(
  "npx",
  ["turbo", "run", "build", "--filter", "./plugins/*", "--output-logs", "errors-only"],
  {
    stdio: ["ignore", "ignore", "inherit"],
  },
);
if (plugins.status !== 0) throw new Error("The plugins do not build; nothing was measured.");
const program = fileURLToPath(new URL("../bench/main.ts", import.meta.url));
const { status } = spawnSync(process.execPath, ["--import", "tsx", program, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
