/**
 * `npm run check`: everything that can be known without a service. One line a step; the output of those that fail.
 * `npm run check -- types docs` runs only the steps named.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const SOURCES = ["apps", "packages", "plugins", "examples", "scripts", "tests"];

const QUIET = ["--output-logs=errors-only", "--no-update-notifier"];

/** The longest first, so that none of them is left running alone at the end. */
const STEPS = {
  console: ["turbo", "run", "check:types", "--filter=@tidings/console", ...QUIET],
  widget: ["turbo", "run", "check:types", "--filter=@tidings/inbox-widget", ...QUIET],
  // One program for all the rest costs half of what a program for each workspace does.
  types: ["turbo", "run", "check:types", "--filter=//", ...QUIET],
  format: ["biome", "check", "."],
  boundaries: ["depcruise", "--config", ".dependency-cruiser.cjs", ...SOURCES],
  openapi: ["tsx", "scripts/openapi.ts", "--check"],
  unused: ["knip"],
  docs: ["tsx", "scripts/check-docs.ts"],
  sources: ["tsx", "scripts/check-sources.ts"],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(", ")}; the steps are ${Object.keys(STEPS).join(", ")}.`);
  process.exit(2);
}

const startedAt = performance.now();
const queue = Object.keys(STEPS).filter((name) => wanted.length === 0 || wanted.includes(name));
let failedCount = 0;
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, drain));
console.log(`${failedCount === 0 ? "All is well" : `${failedCount} failed`} after ${since(startedAt)}.`);
process.exitCode = failedCount === 0 ? 0 : 1;

async function drain() {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const stepStartedAt = performance.now();
    const { status, output } = await run(STEPS[name]);
    console.log(`${status === 0 ? "✓" : "✗"} ${name.padEnd(11)} ${since(stepStartedAt)}`);
    if (status === 0) continue;
    failedCount++;
    console.log(`${output.trim()}\n`);
  }
}

function run([command, ...args]) {
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((done) => {
    child.once("error", (error) => done({ status: 1, output: error.message }));
    child.once("close", (status, signal) =>
      done(status === null ? { status: 1, output: `${output}\nended by ${signal}` } : { status, output }),
    );
  });
}

function since(momentMs) {
  return `${((performance.now() - momentMs) / 1000).toFixed(1)} s`;
}
