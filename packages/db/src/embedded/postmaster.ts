import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "./process-file.ts";

/** What `postmaster.pid` says of a server. */
export interface Postmaster {
  pid: number;
  port: number;
  status: string;
}

const POLL_MS = 10;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** Reads the cluster's `postmaster.pid`; undefined without one. Port is 0 and status empty until it gets that far. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    // pid, data directory, start time, port, socket folder, listen address, shared memory key, status
    const lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return pid > 0 ? { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? "").trim() } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The cluster's living server. A file left by a killed server stays, because PostgreSQL itself finds through it the
 * orphans that still use the data; only when its pid meanwhile belongs to a stranger, which PostgreSQL would take
 * for the server and refuse to start, the file is removed.
 */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const found = readPostmaster(cluster);
  if (!found || !isAlive(found.pid)) return undefined;
  if (servesCluster(found.pid, cluster)) return found;
  rmSync(join(cluster, "postmaster.pid"), { force: true });
  return undefined;
}

function servesCluster(pid: number, cluster: string): boolean {
  if (process.platform === "linux")
    return workingFolder(pid) === cluster || commandLine(pid).includes(cluster);
  if (process.platform === "win32") return true;
  return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(cluster);
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Waits until the server accepts connections; undefined when it ended or did not get there in time. */
export async function waitUntilReady(cluster: string, timeoutMs: number): Promise<Postmaster | undefined> {
  const giveUpAt = Date.now() + timeoutMs;
  while (Date.now() < giveUpAt) {
    const server = readPostmaster(cluster);
    if (!server || !isAlive(server.pid)) return undefined;
    if (server.status === "ready") return server;
    await delay(POLL_MS);
  }
  return undefined;
}

/** Stops the server: open transactions are rolled back (SIGINT); if that hangs, at once with recovery (SIGQUIT). */
export async function stopPostmaster(cluster: string, pid: number): Promise<void> {
  if (await ends(cluster, pid, "SIGINT", FAST_SHUTDOWN_MS)) return;
  if (await ends(cluster, pid, "SIGQUIT", IMMEDIATE_SHUTDOWN_MS)) return;
  throw new Error(`The PostgreSQL server with process id ${pid} in ${cluster} does not stop.`);
}

async function ends(
  cluster: string,
  pid: number,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  const giveUpAt = Date.now() + timeoutMs;
  while (Date.now() < giveUpAt) {
    // The file goes first: where nothing reaps orphans, the process itself stays as a zombie.
    if (!isAlive(pid) || readPostmaster(cluster)?.pid !== pid) return true;
    await delay(POLL_MS);
  }
  return false;
}
