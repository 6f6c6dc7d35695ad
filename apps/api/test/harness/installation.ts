import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ServerType, serve } from "@hono/node-server";
import { connect, type Database } from "@tidings/db";
import { createTestDatabase } from "@tidings/db/testing";
import type { Simulator, SimulatorOptions, StartSimulator } from "@tidings/sdk/testing";
import { Redis } from "ioredis";
import { watchListeners } from "../../src/composition/callbacks.ts";
import { type Engine, startEngine } from "../../src/composition/engine.ts";
import { type Foundation, lay } from "../../src/composition/foundation.ts";
import { composeHttp, type Http } from "../../src/composition/http.ts";
import { watchPlugins } from "../../src/composition/plugins.ts";
import { createLogger, type Logger } from "../../src/platform/logger.ts";
import { loadPlugins, type Sandbox, type ShippedPlugins } from "../../src/platform/plugin-runtime/index.ts";
import { createQueueTransport, type QueueTransport } from "../../src/platform/queue/index.ts";
import { type FakeVendor, startFakeVendor } from "./fake-vendor.ts";
import { HAS_REDIS, openRedis } from "./redis.ts";

export const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));
const OWN_PLUGINS = fileURLToPath(new URL("./plugins", import.meta.url));

export type Backend = "postgres" | "redis";

export interface InstallationOptions {
  /** Where the queue lives. */
  backend?: Backend;
  /** A Redis of the test's own. */
  redisUrl?: string;
  /** False: HTTP only; engines may be started later. */
  engine?: boolean;
  consoleDir?: string;
  publicUrl?: string;
  trustedProxies?: string[];
  logger?: Logger;
  /** Where pure plugins run; in this process unless given. */
  sandbox?: Sandbox;
  /** With a sandbox: keeps the plugins of the folders out of it all the same. */
  isolation?: "in-process";
  /** A folder of further plugins. */
  pluginsFolder?: string;
  /** Whether engines send large chunks themselves, instead of by hints; as busy as this process is unless given. */
  hasTime?: () => boolean;
  /** Limits of the operator's, as the environment sets them. */
  limits?: Partial<Pick<Foundation, "inFlightLimits" | "backlogLimits">>;
}

/** What the operator of every tested installation has set. */
export const QUOTA_CONTACT = "信息中心 8001";

export const EGRESS_ADDRESSES = ["203.0.113.7", "2001:db8::/48"];

/** A vendor's simulator with the options it reads at each push. */
export interface RunningSimulator extends Simulator {
  options: SimulatorOptions;
}

/** A whole installation in this process: database, queue, plugins, vendors, HTTP on a port, engine. */
export interface Installation {
  http: Http;
  publicUrl: string;
  databaseUrl: string;
  /** Reads past row level security: what the books are checked with. */
  books: Database;
  foundation: Foundation;
  queue: QueueTransport;
  sms: RunningSimulator;
  mail: RunningSimulator;
  hook: RunningSimulator;
  vendor: FakeVendor;
  /** What plugins may reach; endpoints can be added. */
  allowedEndpoints: Set<string>;
  /** Takes every hint out of the queue, as a restart of an unsaved Redis does. */
  wipeQueue(): Promise<void>;
  /** A further process' worth of loops and workers, with a queue connection of its own. */
  startEngine(): Promise<RunningEngine>;
  stop(): Promise<void>;
}

export interface RunningEngine extends Engine {
  queue: QueueTransport;
}

/** The backends that can be tested here. */
export const BACKENDS: Backend[] = HAS_REDIS ? ["postgres", "redis"] : ["postgres"];

/** For tests to which the queue is only a means: Redis where there is one. */
const DEFAULT_BACKEND = BACKENDS.at(-1) ?? "postgres";

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const stops: (() => Promise<unknown>)[] = [];
  const stopLast = <T extends { close(): Promise<unknown> }>(part: T): T => {
    stops.push(() => part.close());
    return part;
  };
  const test = await createTestDatabase();
  stops.push(() => test.drop());
  const logger = options.logger ?? createLogger(process.env.TEST_LOG_LEVEL ?? "silent");
  const prefix = `t-${randomBytes(4).toString("hex")}`;
  const onRedis = (options.backend ?? DEFAULT_BACKEND) === "redis";
  const redisUrl = options.redisUrl ?? (onRedis ? stopLast(await openRedis()).url : undefined);
  const openQueue = () => createQueueTransport({ redisUrl, databaseUrl: test.url, prefix, logger });
  const queue = stopLast(await openQueue());
  const [sms, mail, hook] = await Promise.all([
    startSimulator("sms-aliyun", { receiptDelayMs: 20, retryDelaysMs: [100, 200, 400] }),
    startSimulator("email-smtp"),
    startSimulator("webhook"),
  ]);
  const vendor = stopLast(await startFakeVendor());
  for (const simulator of [sms, mail, hook]) stopLast(simulator);
  const allowedEndpoints = new Set([vendor.endpoint, ...[sms, mail, hook].flatMap((one) => one.endpoints)]);
  const { publicUrl, serveWith } = await listen(stops);
  const foundation = stopLast(
    lay({
      databaseUrl: test.url,
      installationKey: randomBytes(32),
      publicUrl: options.publicUrl ?? publicUrl,
      plugins: await loadAllPlugins(options, logger),
      outbound: { allowedEndpoints },
      logger,
      quotaContact: QUOTA_CONTACT,
      egressAddresses: EGRESS_ADDRESSES,
      ...options.limits,
      ...(options.trustedProxies ? { trustedProxies: options.trustedProxies } : {}),
      ...(options.sandbox ? { sandbox: options.sandbox } : {}),
      ...(options.consoleDir ? { consoleDir: options.consoleDir } : {}),
    }),
  );
  stops.push(await watchPlugins(foundation), await watchListeners(foundation));
  const books = stopLast(connect({ url: test.url, max: 2, applicationName: "tidings-test-books" }));
  const engines: RunningEngine[] = [];
  const startOne = async (): Promise<RunningEngine> => {
    const own = engines.length === 0 ? queue : stopLast(await openQueue());
    const engine = startEngine(foundation, own, options.hasTime);
    let stopped: Promise<void> | undefined;
    const running = { ...engine, queue: own, stop: () => (stopped ??= engine.stop()) };
    engines.push(running);
    stops.push(running.stop);
    return running;
  };
  const http = composeHttp(foundation, {
    nudge: (tenantId) => engines.at(-1)?.nudge(tenantId),
    degraded: () => (engines.some((engine) => engine.isDegraded()) ? ["queue"] : []),
  });
  serveWith(http);
  if (options.engine !== false) await startOne();
  return {
    http,
    publicUrl: options.publicUrl ?? publicUrl,
    databaseUrl: test.url,
    books,
    foundation,
    queue,
    sms,
    mail,
    hook,
    vendor,
    allowedEndpoints,
    wipeQueue: () => (redisUrl ? wipeRedis(redisUrl, prefix) : wipeTables(books)),
    startEngine: startOne,
    async stop() {
      for (const stop of stops.reverse()) await stop();
    },
  };
}

/** Only the keys of this installation: other test files share the server. */
async function wipeRedis(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
  } finally {
    redis.disconnect();
  }
}

async function wipeTables(books: Database): Promise<void> {
  await books.transaction(async ({ sql }) => {
    const tables = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = 'bullmq' and tablename not like '%migration%'`;
    for (const { name } of tables) await sql.unsafe(`delete from ${name}`);
  });
}

/** Simulators push receipts over real HTTP, so the application also listens. */
async function listen(stops: (() => Promise<unknown>)[]) {
  let http: Http | undefined;
  const fetch = (...args: Parameters<Http["app"]["fetch"]>) =>
    http ? http.app.fetch(...args) : new Response(null, { status: 503 });
  const server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch, hostname: "127.0.0.1", port: 0 }, () => resolve(started));
  });
  stops.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    publicUrl: `http://127.0.0.1:${port}`,
    serveWith: (composed: Http) => {
      http = composed;
    },
  };
}

export async function startSimulator(
  plugin: string,
  options: SimulatorOptions & Record<string, unknown> = {},
): Promise<RunningSimulator> {
  const file = join(REPOSITORY, "plugins", plugin, "dist/simulator.js");
  const module = (await import(pathToFileURL(file).href)) as { startSimulator: StartSimulator };
  return { ...(await module.startSimulator(options)), options };
}

/** The repository's plugins, built, the tests' own, and those of the one test. */
function loadAllPlugins(
  { sandbox, pluginsFolder, isolation }: InstallationOptions,
  logger: Logger,
): Promise<ShippedPlugins> {
  const folders = [join(REPOSITORY, "plugins"), OWN_PLUGINS, ...(pluginsFolder ? [pluginsFolder] : [])];
  const isSealed = sandbox && isolation !== "in-process";
  return loadPlugins(folders, logger, isSealed ? { kind: "sealed", sandbox } : { kind: "in-process" });
}
