/**
 * Builds what the tests need, starts a Redis when there is one, runs every test and ends with one line: the counts.
 * Arguments are passed on to vitest (`npm test -- --project db`). Exits 1 on a failure and when no test ran.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const REDIS_START_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), "tidings-run-"));
process.exitCode = await main().finally(() => rmSync(folder, { recursive: true, force: true }));

async function main() {
  const built = run("npx", ["turbo", "run", "build", "--filter", "./plugins/*"]);
  if (built !== 0) {
    console.error("The plugins do not build; no test ran.");
    return 1;
  }
  if (run("npm", ["run", "--silent", "sync", "--workspace", "@tidings/console"]) !== 0) {
    console.error("The console's TypeScript settings cannot be made; no test ran.");
    return 1;
  }
  const redis = await startRedis();
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  let status;
  try {
    const env = redis ? { ...process.env, REDIS_URL_TEST: redis.url } : process.env;
    status = await runAsync("npx", ["vitest", "run", ...reporters, ...process.argv.slice(2)], env);
  } finally {
    await redis?.stop();
  }
  if (!redis) console.log("redis-server is not on PATH: the tests against Redis did not run.");
  return conclude(status, report);
}

/** Prints the counts and returns the exit status. */
function conclude(status, report) {
  const counts = readCounts(report);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  // Vitest also fails for what no test counts: an error outside any test, a broken teardown.
  return status === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    // A file that cannot be loaded has no tests to count.
    const brokenFiles = testResults.filter((file) => file.status === "failed" && !hasFailure(file)).length;
    return {
      passed: numPassedTests,
      failed: numFailedTests + brokenFiles,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function hasFailure(file) {
  return file.assertionResults.some((test) => test.status === "failed");
}

/** A throwaway Redis on a free port, or undefined when redis-server is not installed. */
async function startRedis() {
  if (spawnSync("redis-server", ["--version"]).error) return undefined;
  const port = await findFreePort();
  const flags = [
    "--save",
    "",
    "--appendonly",
    "no",
    "--maxmemory-policy",
    "noeviction",
    "--bind",
    "127.0.0.1",
  ];
  const child = spawn("redis-server", [...flags, "--port", String(port), "--dir", folder], {
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill();
    await ended;
  };
  const giveUpAt = Date.now() + REDIS_START_MS;
  while (!(await accepts(port))) {
    if (Date.now() > giveUpAt || child.exitCode !== null) {
      await stop();
      throw new Error(`redis-server did not start on port ${port}`);
    }
    await delay(20);
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

async function findFreePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function run(command, args) {
  return spawnSync(command, args, { stdio: "inherit" }).status ?? 1;
}

async function runAsync(command, args, env) {
  const [code] = await once(spawn(command, args, { stdio: "inherit", env }), "exit");
  return code ?? 1;
}
