// Builds the console and its gallery, then runs Playwright with the arguments given.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..");
const chromium = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

if (!existsSync(chromium)) {
  console.error(`There is no browser at ${chromium}: the browser tests were NOT run.`);
  console.error("Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH.");
  process.exit(process.env.ALLOW_MISSING_BROWSER === "1" ? 0 : 1);
}

run("vite", ["build"]);
run("vite", ["build", "--mode", "gallery"]);
run("playwright", ["test", ...process.argv.slice(2)]);

function run(command, args) {
  const { status } = spawnSync("npx", ["--no-install", command, ...args], { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
