/**
 * `npm start`: builds what has changed, then runs the server in this very process, so that Ctrl-C and signals reach
 * it directly. The console, which takes longest to build, is built beside it. Arguments are passed on
 * (`npm start -- --role api`).
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const turbo = join(root, "node_modules/.bin/turbo");
const isFirst = !existsSync(join(root, "apps/console/build"));
const isWindows = process.platform === "win32";
checkNode();
buildServer();
buildConsole();
await import("../apps/api/dist/main.js");

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Tidings needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

/** Turbo remembers what it has built: only the first start takes long. */
function buildServer() {
  if (!existsSync(turbo)) fail("Install the dependencies first: npm ci");
  console.log(isFirst ? "Building the server and the plugins …" : "Checking the build …");
  const built = spawnSync(turbo, toBuild("!@tidings/console"), {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment(),
    shell: isWindows,
  });
  if (built.status === 0) return;
  process.stderr.write(built.stdout ?? "");
  fail("The build failed; see above.");
}

/** The server gives browsers a page that waits for it. */
function buildConsole() {
  if (isFirst) console.log("Building the console beside it; the first time takes about half a minute …");
  const build = spawn(turbo, toBuild("@tidings/console"), {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment(),
    shell: isWindows,
    // Ctrl-C is for the server: a build that it reached as well would seem to have failed.
    detached: !isWindows,
  });
  const stop = () => endGroup(build);
  process.once("exit", stop);
  const said = [];
  build.stdout.on("data", (part) => said.push(part));
  build.once("close", (status, signal) => {
    process.off("exit", stop);
    if (status === 0 && isFirst) console.log("  · the console is built");
    if (status === 0 || signal) return;
    process.stderr.write(Buffer.concat(said));
    console.error("The console could not be built; see above.");
    process.exitCode = 1;
    process.kill(process.pid, "SIGTERM");
  });
}

function endGroup(build) {
  if (isWindows) return build.kill();
  try {
    process.kill(-build.pid);
  } catch {
    // It has just ended by itself.
  }
}

function toBuild(filter) {
  return ["run", "build", `--filter=${filter}`, "--output-logs=errors-only", "--no-update-notifier"];
}

function environment() {
  return { ...process.env, TURBO_TELEMETRY_DISABLED: "1", FORCE_COLOR: "0" };
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
