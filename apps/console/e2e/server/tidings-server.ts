import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The server on a fresh database with the demo school, as `npm start` would run it for a first visitor. */

const root = join(import.meta.dirname, "../../../..");
const entry = "apps/api/dist/main.js";
const builds = [
  entry,
  "apps/console/build/index.html",
  "apps/inbox-widget/dist/inbox.js",
  "plugins/webhook/dist",
];

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
/** Printed once the school is in place; `/ready` answers before that. */
const SEEDED = "Tidings is ready";

/** Where the simulated mailboxes are read, as the server says when it is ready. */
const MAIL_PAGE = /email-smtp\s+(http\S+)/;
/** Where the site is that embeds the inbox. */
const PORTAL = /inbox\s+(http\S+)/;

export interface RunningServer {
  url: string;
  mailUrl: string;
  portalUrl: string;
  /** Stops it and takes its data away. */
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startServer(): Promise<RunningServer> {
  assertBuilt();
  const dataDir = await mkdtemp(join(tmpdir(), "tidings-e2e-"));
  const port = await freePort();
  const server = run(dataDir, port);
  // A run that breaks off leaves no server behind.
  process.once("exit", () => server.kill());
  const stop = async () => {
    await end(server);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const output = await seeded(server);
    const mailUrl = MAIL_PAGE.exec(output)?.[1] ?? "";
    const portalUrl = PORTAL.exec(output)?.[1] ?? "";
    const url = `http://127.0.0.1:${port}`;
    const ready = await fetch(`${url}/ready`);
    if (!ready.ok) throw new Error(`${url}/ready answers ${ready.status}: ${await ready.text()}`);
    return { url, mailUrl, portalUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function assertBuilt(): void {
  const missing = builds.filter((file) => !existsSync(join(root, file)));
  if (missing.length === 0) return;
  throw new Error(
    `Not built: ${missing.join(", ")}. Run “npm run build” at the root of the repository first.`,
  );
}

function run(dataDir: string, port: number): ChildProcess {
  return spawn(process.execPath, [entry], {
    cwd: root,
    // An empty variable counts as absent: the run must not reach a database of this machine.
    env: {
      ...process.env,
      DATABASE_URL: "",
      REDIS_URL: "",
      TIDINGS_KEY: "",
      PUBLIC_URL: "",
      HOST: "127.0.0.1",
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Waits until the school is in place, and answers what the server said; fails when it ends or takes too long. */
function seeded(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => reject(new Error(`The server ${why}.\n${output}`));
    const timer = setTimeout(() => fail("did not get ready in time"), START_TIMEOUT_MS);
    const read = (chunk: Buffer) => {
      output += chunk;
      if (!output.includes(SEEDED)) return;
      clearTimeout(timer);
      resolve(output);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("error", (error) => fail(`could not be started: ${error.message}`));
    server.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const timer = setTimeout(() => server.kill("SIGKILL"), STOP_TIMEOUT_MS);
  server.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject()));
    });
  });
}
