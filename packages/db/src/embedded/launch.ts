import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import { SERVER_ENVIRONMENT } from "./cluster.ts";
import type { Place } from "./place.ts";
import { type Postmaster, readPostmaster, waitUntilReady } from "./postmaster.ts";

export interface LaunchOptions {
  postgres: string;
  account: Account | undefined;
  port: number;
  /** False: another port is taken when this one is in use. */
  isPortFixed: boolean;
  durable: boolean;
}

const START_TIMEOUT_MS = 60_000;
const LAUNCH_ATTEMPTS = 20;
const RETRY_MS = 250;
const LOG_LIMIT_BYTES = 10_000_000;
const LOG_TAIL_CHARACTERS = 2_000;
/** What a server says to clients that come too early, and not why it does not start. */
const ANSWERS = /^.*(not yet accepting connections|Consistent recovery state has not been).*\n?/gm;

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  max_wal_size: "2GB",
  // Two slices of a broadcast at once write more than it takes by itself, and would wait for each other's writing.
  wal_buffers: "32MB",
  synchronous_commit: "on",
  random_page_cost: "1.1",
  // As our own connections have it, for the others: the queue's, and tools.
  jit: "off",
  // Every month of deliveries is a partition, and a statement may lock them all.
  max_locks_per_transaction: "256",
};

/** Nothing survives a crash of the machine, and tests run several times as fast. */
const NOT_DURABLE = { fsync: "off", full_page_writes: "off" };

/** Starts the server detached, so that Ctrl-C reaches it through our own orderly stop. Throws with the log's end. */
export async function launch(place: Place, options: LaunchOptions): Promise<Postmaster> {
  let port = options.port;
  for (let attempt = 1; ; attempt++) {
    if (!options.isPortFixed) port = await freePort(port);
    const logged = shortenLog(place.log);
    const server = await launchOnce(place, options, port);
    if (server) return server;
    const log = readFileSync(place.log, "utf8")
      .slice(logged)
      .replace(ANSWERS, "")
      .slice(-LOG_TAIL_CHARACTERS);
    if (attempt === LAUNCH_ATTEMPTS || !isPassing(log)) throw new Error(`PostgreSQL did not start:\n${log}`);
    await delay(RETRY_MS);
  }
}

/** Somebody took the port a moment ago, or a killed server or its orphans have not ended yet. */
function isPassing(log: string): boolean {
  return /could not bind|lock file .* already exists|pre-existing shared memory block/.test(log);
}

async function launchOnce(
  place: Place,
  options: LaunchOptions,
  port: number,
): Promise<Postmaster | undefined> {
  const settings = { ...SETTINGS, ...(options.durable ? {} : NOT_DURABLE) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openSync(place.log, "a");
  const child = spawn(options.postgres, ["-D", place.cluster, "-p", String(port), ...flags], {
    ...options.account,
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  let ended = false;
  const failed = new Promise<undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => {
      ended = true;
      resolve(undefined);
    });
  });
  const appears = async () => {
    while (!ended && readPostmaster(place.cluster)?.pid !== child.pid) await delay(5);
    return ended ? undefined : waitUntilReady(place.cluster, START_TIMEOUT_MS);
  };
  return Promise.race([failed, appears()]);
}

/** Keeps the log small across restarts; returns its length in characters (it is ASCII under LC_ALL=C). */
function shortenLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_LIMIT_BYTES) return size;
  truncateSync(file);
  return 0;
}

/** The preferred port if it is free, else any free one. */
async function freePort(preferred: number): Promise<number> {
  try {
    return await probePort(preferred);
  } catch {
    return probePort(0);
  }
}

function probePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}
