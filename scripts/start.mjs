/**
 * `npm start`: builds what has changed, then runs the server in this very process, so that Ctrl-C and signals reach
 * it directly. Arguments are passed on (`npm start -- --role api`).
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
checkNode();
build();
await import("../apps/api/dist/main.js");

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Tidings needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

/** Turbo remembers what it has built: only the first start takes long. */
function build() {
  const turbo = join(root, "node_modules/.bin/turbo");
  if (!existsSync(turbo)) fail("Install the dependencies first: npm ci");
  const first = !existsSync(join(root, "apps/console/build"));
  console.log(
    first ? "Building Tidings; the first time takes about half a minute …" : "Checking the build …",
  );
  const built = spawnSync(turbo, ["run", "build", "--output-logs=errors-only", "--no-update-notifier"], {
    stdio: ["ignore", first ? "inherit" : "pipe", "inherit"],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", FORCE_COLOR: "0" },
    shell: process.platform === "win32",
  });
  if (built.status === 0) return;
  if (built.stdout) process.stderr.write(built.stdout);
  fail("The build failed; see above.");
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
