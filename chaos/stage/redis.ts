import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

/** A Redis that keeps nothing on disk: stopped, it forgets everything. */
export interface ScratchRedis {
  url: string;
  flush(): Promise<void>;
  /** SIGKILL, and an empty server at the same address after a while. */
  downFor(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startScratchRedis(folder: string): Promise<ScratchRedis> {
  const socket = join(folder, "redis.sock");
  const url = `unix://${socket}`;
  const start = () => {
    const files = ["--port", "0", "--unixsocket", socket, "--dir", folder];
    const memory = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"];
    return spawn("redis-server", [...files, ...memory], { stdio: "ignore" });
  };
  let server = start();
  // A run that breaks off leaves no server behind.
  const killServer = () => server.kill("SIGKILL");
  process.once("exit", killServer);
  const client = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => 200 });
  client.on("error", () => undefined);
  while (!(await client.ping().catch(() => undefined))) await delay(50);
  const end = async () => {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  return {
    url,
    flush: async () => void (await client.flushall()),
    async downFor(ms) {
      await end();
      await delay(ms);
      server = start();
    },
    async stop() {
      client.disconnect();
      process.off("exit", killServer);
      await end();
    },
  };
}
