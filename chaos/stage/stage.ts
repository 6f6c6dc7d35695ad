import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Profile } from "../profiles.ts";
import type { ServerSettings } from "../programs/server.ts";
import { type ScratchDatabase, startScratchDatabase } from "./database.ts";
import { Program } from "./program.ts";
import { type ScratchRedis, startScratchRedis } from "./redis.ts";
import { type Seeded, seed } from "./seed.ts";

export const BACKENDS = ["postgres", "redis"] as const;
export type Backend = (typeof BACKENDS)[number];

const PLUGINS_DIR = fileURLToPath(new URL("../plugins", import.meta.url));
const WORKERS = 2;

/** Everything that a run consists of; all of it can be broken. */
export interface Stage {
  database: ScratchDatabase;
  /** Undefined when the queue is in PostgreSQL. */
  redis: ScratchRedis | undefined;
  api: Program;
  workers: Program[];
  /** Between workers and database. */
  proxy: Program;
  vendor: Program;
  vendorLog: string;
  publicUrl: string;
  seeded: Seeded;
  folder: string;
  close(): Promise<void>;
}

export interface StageOptions {
  backend: Backend;
  profile: Profile;
  seed: number;
  vendorFaultShare: number;
  /** Keeps the folder with the logs. */
  keep: boolean;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), `tidings-chaos-${options.backend}-`));
  const stops: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  };
  // Whoever breaks a run off leaves neither servers nor a folder behind.
  const breakOff = () => void close().then(() => process.exit(130));
  process.once("SIGINT", breakOff).once("SIGTERM", breakOff);
  stops.push(async () => void process.off("SIGINT", breakOff).off("SIGTERM", breakOff));
  try {
    return { ...(await build(options, folder, stops)), folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { backend, profile, seed: runSeed, vendorFaultShare }: StageOptions,
  folder: string,
  stops: (() => Promise<void>)[],
): Promise<Omit<Stage, "folder" | "close">> {
  const start = (name: string, program: "server" | "vendor" | "proxy", settings: object) => {
    const started = new Program({ name, program, settings, logFile: join(folder, `${name}.log`) });
    stops.push(() => started.stop());
    return started;
  };
  const database = await startScratchDatabase(join(folder, "postgres"));
  stops.push(() => database.stop());
  const redis = backend === "redis" ? await startScratchRedis(folder) : undefined;
  if (redis) stops.push(() => redis.stop());
  const vendorLog = join(folder, "vendor.jsonl");
  const vendor = start("vendor", "vendor", {
    logFile: vendorLog,
    seed: runSeed,
    faultShare: vendorFaultShare,
  });
  const vendorPort = await portOf(vendor);
  const proxy = start("proxy", "proxy", { target: database.port });
  const viaProxy = new URL(database.url);
  viaProxy.port = String(await portOf(proxy));
  const [apiPort = 0, ...workerPorts] = await findFreePorts(1 + WORKERS);
  const publicUrl = `http://127.0.0.1:${apiPort}`;
  const seeded = await seed(database, {
    ...profile,
    pluginsDir: PLUGINS_DIR,
    vendorUrl: `http://127.0.0.1:${vendorPort}`,
    publicUrl,
  });
  vendor.order({ receiptsUrls: seeded.receiptsUrls });
  const settings = (role: "api" | "worker", port: number, databaseUrl: string): ServerSettings => ({
    role,
    env: {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis?.url ?? "",
      TIDINGS_KEY: seeded.installationKey,
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      PLUGINS_DIR,
      CONSOLE_DIR: join(folder, "no-console"),
      LOG_LEVEL: "warn",
      INTERNAL_ENDPOINTS: `127.0.0.1:${vendorPort}`,
    },
  });
  const api = start("api", "server", settings("api", apiPort, database.url));
  const workers = workerPorts.map((port, number) =>
    start(`worker-${number}`, "server", settings("worker", port, viaProxy.href)),
  );
  await Promise.all([api, ...workers].map(({ ready }) => ready));
  return { database, redis, api, workers, proxy, vendor, vendorLog, publicUrl, seeded };
}

const portOf = async (program: Program) => Number((await program.ready).port);

/** Ports that nobody has; all are held until the last is found. */
async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
