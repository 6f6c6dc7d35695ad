import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether the queue can be tested on Redis: a server is given, or one can be started. */
export const HAS_REDIS =
  process.env.REDIS_URL_TEST !== undefined || spawnSync("redis-server", ["--version"]).error === undefined;

export const WITHOUT_REDIS = "Redis was skipped: redis-server is not on PATH and REDIS_URL_TEST is not set";

export interface RunningRedis {
  url: string;
  close(): Promise<void>;
}

/** The server of `REDIS_URL_TEST` (`npm test` starts one for all files), or a throwaway one. */
export async function openRedis(): Promise<RunningRedis> {
  const given = process.env.REDIS_URL_TEST;
  return given ? { url: given, close: async () => {} } : startRedis();
}

/** Kills the server when standard input ends: a test process that breaks off leaves none behind. */
const GUARDED = 'redis-server "$@" & cat > /dev/null; kill -9 $!';

/** A server of one's own that can be killed and started again at the same address, empty. */
export interface MortalRedis extends RunningRedis {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export async function startMortalRedis(): Promise<MortalRedis> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-redis-"));
  let server = await spawnRedis(folder);
  return {
    url: server.url,
    kill: () => server.kill(),
    async restart() {
      server = await spawnRedis(folder);
    },
    async close() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startRedis(): Promise<RunningRedis> {
  const { url, close } = await startMortalRedis();
  return { url, close };
}

async function spawnRedis(folder: string): Promise<{ url: string; kill(): Promise<void> }> {
  const socket = join(folder, "redis.sock");
  await rm(socket, { force: true });
  const flags = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"];
  const limits = ["--maxmemory-policy", "noeviction", "--dir", folder];
  const server = spawn("sh", ["-c", GUARDED, "sh", ...flags, ...limits], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(server, "exit");
  await ready(server.stdout, ended);
  return {
    url: `unix://${socket}`,
    async kill() {
      server.stdin.end();
      await ended;
    },
  };
}

async function ready(output: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  let said = "";
  const serving = new Promise<void>((resolve) => {
    output.on("data", (chunk) => {
      said += chunk;
      if (said.includes("ready to accept connections")) resolve();
    });
  });
  await Promise.race([
    serving,
    ended.then(() => Promise.reject(new Error(`redis-server did not start:\n${said}`))),
  ]);
}
