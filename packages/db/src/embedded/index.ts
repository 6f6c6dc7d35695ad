import { rmSync, writeFileSync } from "node:fs";
import { connect } from "../client/index.ts";
import { serverAccount } from "./account.ts";
import { prepareBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { type Keeper, keepRunning } from "./keep-running.ts";
import { launch } from "./launch.ts";
import { choosePlace, type Place, serverUrl } from "./place.ts";
import { findPostmaster, type Postmaster, stopPostmaster, waitUntilReady } from "./postmaster.ts";
import { livingProcess, withLock } from "./process-file.ts";

export interface EmbeddedPostgresOptions {
  /** Folder for the data, the password and the log; created when missing. */
  dataDir: string;
  /** Preferred TCP port on 127.0.0.1, default 54320; another one when it is in use, any for 0. */
  port?: number;
  /** False: faster and not safe against a crash of the machine. For tests. Default true. */
  durable?: boolean;
  /** Gets one sentence for each step a person may want to know of. */
  onProgress?(message: string): void;
  /**
   * When given, a server that ends by itself (the disk was full, the system took its memory) is started again under
   * the same URL as long as this process owns it. Gets a sentence when it has ended, and when it runs again.
   */
  onEnded?(message: string): void;
}

export interface EmbeddedPostgres {
  /** Superuser URL of the database `postgres`. */
  url: string;
  /** Server version, such as `18.4`. */
  version: string;
  /** Whether the server was already running. */
  reused: boolean;
  /** Stops the server and waits; does nothing when another living process owns it. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 54_320;
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 3_000;

/**
 * Starts PostgreSQL in `dataDir`, or finds the one that runs there: a server outlives a killed parent, and two
 * processes may want the same one. The first to start or adopt it owns it and stops it; others only use it.
 *
 * Works as an ordinary user and as root (the server then runs as nobody), and after `npm ci --ignore-scripts`.
 * Throws when the platform has no binaries, the data is of another major version, or the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const report = options.onProgress ?? (() => undefined);
  const account = serverAccount();
  const place = choosePlace(options.dataDir, account, report);
  const start = (port: number, isPortFixed: boolean) => {
    const { postgres } = prepareBinaries(account, report);
    return launch(place, { postgres, account, port, isPortFixed, durable: options.durable ?? true });
  };
  const keep = (server: Postmaster) =>
    options.onEnded &&
    keepRunning(server, {
      restart: () =>
        withLock(place.startLock, async () => findPostmaster(place.cluster) ?? start(server.port, true)),
      report: options.onEnded,
    });
  return withLock(place.startLock, async () => {
    const running = await findAnswering(place, report);
    if (running) return adopt(place, running, { report, keep });
    ensureCluster(place, prepareBinaries(account, report), account);
    const server = await start(options.port ?? DEFAULT_PORT, false);
    return own(place, server, await describeNew(place, server), keep);
  });
}

/** Looks after a server from when this process owns it, where that is wanted. */
type Keep = (server: Postmaster) => Keeper | undefined;

async function describeNew(place: Place, server: Postmaster): Promise<Omit<EmbeddedPostgres, "stop">> {
  try {
    const url = serverUrl(place, server.port);
    return { url, version: await askVersion(url), reused: false };
  } catch (error) {
    await stopPostmaster(place.cluster, server.pid);
    throw error;
  }
}

interface RunningServer extends Postmaster {
  url: string;
  version: string;
}

async function findAnswering(
  place: Place,
  report: (message: string) => void,
): Promise<RunningServer | undefined> {
  const found = findPostmaster(place.cluster);
  if (!found) return undefined;
  const ready = await waitUntilReady(place.cluster, READY_TIMEOUT_MS);
  try {
    if (!ready) throw new Error("it does not become ready");
    const url = serverUrl(place, ready.port);
    return { ...ready, url, version: await askVersion(url) };
  } catch (error) {
    if (!findPostmaster(place.cluster)) return undefined;
    report(`The PostgreSQL server left in ${place.folder} does not answer (${String(error)}); restarting it`);
    await stopPostmaster(place.cluster, found.pid);
    return undefined;
  }
}

function adopt(
  place: Place,
  server: RunningServer,
  { report, keep }: { report(message: string): void; keep: Keep },
): EmbeddedPostgres {
  const { url, version } = server;
  const owner = livingProcess(place.owner);
  if (!owner || owner === process.pid) {
    report(`Reusing the PostgreSQL server that was left running in ${place.folder}`);
    return own(place, server, { url, version, reused: true }, keep);
  }
  report(`Sharing the PostgreSQL server of process ${owner} in ${place.folder}`);
  return { url, version, reused: true, stop: async () => undefined };
}

function own(
  place: Place,
  server: Postmaster,
  facts: Omit<EmbeddedPostgres, "stop">,
  keep: Keep,
): EmbeddedPostgres {
  writeFileSync(place.owner, String(process.pid));
  const keeper = keep(server);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    const { pid } = (await keeper?.stop()) ?? server;
    await stopPostmaster(place.cluster, pid);
    rmSync(place.owner, { force: true });
  };
  return {
    ...facts,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function askVersion(url: string): Promise<string> {
  const database = connect({ url, max: 1, applicationName: "tidings-start", deadlineMs: ANSWER_TIMEOUT_MS });
  try {
    const rows = await database.transaction(
      ({ sql }) => sql<{ version: string }[]>`select current_setting('server_version') as version`,
    );
    return rows[0]?.version ?? "";
  } finally {
    await database.close();
  }
}
