/** `npm run chaos -- [--profile ci|quick|full] [--backend postgres|redis|both] …`; chaos/README.md says how to read it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../chaos/main.ts", import.meta.url));
const { status } = spawnSync(process.execPath, ["--import", "tsx", program, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
