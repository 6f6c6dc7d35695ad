import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { serve } from "@hono/node-server";
import { migrate } from "@tidings/db";
import { watchListeners } from "./composition/callbacks.ts";
import { type Engine, startEngine } from "./composition/engine.ts";
import { type Foundation, lay } from "./composition/foundation.ts";
import { startReporting } from "./composition/health.ts";
import { composeHttp, composeOperations, type Http } from "./composition/http.ts";
import { startDesk } from "./composition/marketplace.ts";
import { watchPlugins } from "./composition/plugins.ts";
import { announce, progress } from "./demo/announce.ts";
import { issueAs, type Portal, startPortal } from "./demo/portal.ts";
import { OPERATORS } from "./demo/school.ts";
import { type SeedDeps, type SeededSchool, seedSchool } from "./demo/seed.ts";
import { type DemoSimulator, startSimulators } from "./demo/simulators.ts";
import { KEY_BYTES } from "./platform/crypto/index.ts";
import { whenDatabaseAnswers } from "./platform/database/index.ts";
import type { Env } from "./platform/env.ts";
import { isConsoleBuilt } from "./platform/http/console-files.ts";
import type { Logger } from "./platform/logger.ts";
import { createSandbox, type Isolation, loadPlugins, type Sandbox } from "./platform/plugin-runtime/index.ts";
import { createQueueTransport } from "./platform/queue/index.ts";

export interface RunOptions {
  env: Env;
  role: "all" | "api" | "worker";
  demo: boolean;
  logger: Logger;
}

type Stop = () => Promise<void>;

/** Starts the process; the returned function drains and stops it, last started first. */
export async function run(options: RunOptions): Promise<Stop> {
  const stops: Stop[] = [];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    await start(options, stops);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

async function start(options: RunOptions, stops: Stop[]): Promise<void> {
  const { env, role, demo, logger } = options;
  const startedAt = performance.now();
  const databaseUrl = env.DATABASE_URL ?? (await embedDatabase(options, stops));
  progress("migrating the database");
  await whenDatabaseAnswers(logger, () => migrate(databaseUrl));
  const { REDIS_URL: redisUrl } = env;
  const queue = await whenDatabaseAnswers(logger, () =>
    createQueueTransport({ redisUrl, databaseUrl, prefix: "tidings", logger }),
  );
  stops.push(() => queue.close());
  const simulators = demo ? await startDemoVendors(env, stops) : [];
  const port = await choosePort(env);
  const publicUrl = env.PUBLIC_URL ?? `http://${env.HOST === "0.0.0.0" ? "localhost" : env.HOST}:${port}`;
  const portal = demo ? await startDemoPortal(publicUrl, stops) : undefined;
  const sandbox = createSandbox({ logger });
  stops.push(() => sandbox.close());
  const foundation = await layFoundation(options, { databaseUrl, publicUrl, sandbox, simulators });
  stops.push(() => foundation.close());
  stops.push(await watchPlugins(foundation), reloadOnSignal(foundation));
  stops.push(await watchListeners(foundation));
  let accepting = true;
  let engine: Engine | undefined;
  const watching = {
    degraded: () => [
      ...(engine?.isDegraded() ? ["queue"] : []),
      ...(sandbox.counts().disabled.length > 0 ? ["plugins"] : []),
    ],
    isAccepting: () => accepting,
  };
  const http = composeHttp(foundation, { nudge: (accepted) => engine?.nudge(accepted), ...watching });
  const served = role === "worker" ? composeOperations(foundation, watching) : http.app;
  stops.push(await listen(served.fetch, env.HOST, port));
  engine = role === "api" ? undefined : startEngine(foundation, queue);
  // Readiness goes off first; the port stays open, and says so, until what is under way is handed back.
  stops.push(async () => {
    accepting = false;
    http.endStreams();
    await engine?.stop();
  });
  const { degraded } = watching;
  stops.push(startReporting(foundation, { role, queueBackend: queue.backend, degraded }));
  const seeded = portal && (await seedDemo({ http, databaseUrl, simulators, publicUrl }, portal));
  // The demo's operators can be appointed once there are their logins.
  if (role !== "worker") stops.push(startDesk(foundation, http.desk));
  announce({
    publicUrl,
    role,
    queue: queue.backend,
    embedded: env.DATABASE_URL === undefined,
    isConsoleBuilt: isConsoleBuilt(resolve(env.CONSOLE_DIR)),
    simulators,
    portalUrl: portal?.url,
    seeded,
    startedAt,
  });
}

interface Found {
  databaseUrl: string;
  publicUrl: string;
  sandbox: Sandbox;
  simulators: DemoSimulator[];
}

async function layFoundation(
  { env, demo, logger }: RunOptions,
  { databaseUrl, publicUrl, sandbox, simulators }: Found,
): Promise<Foundation> {
  return lay({
    databaseUrl,
    installationKey: readInstallationKey(env),
    publicUrl,
    plugins: await loadPlugins([resolve(env.PLUGINS_DIR)], logger, chooseIsolation(env, sandbox)),
    sandbox,
    outbound: {
      allowedEndpoints: new Set([
        ...env.INTERNAL_ENDPOINTS,
        ...simulators.flatMap(({ simulator }) => simulator.endpoints),
      ]),
    },
    logger,
    consoleDir: resolve(env.CONSOLE_DIR),
    widgetFile: resolve(env.WIDGET_FILE),
    trustedProxies: env.TRUSTED_PROXIES,
    operatorEmails: env.OPERATOR_EMAILS ?? (demo ? OPERATORS.map(({ email }) => email) : undefined),
    registryDir: resolve(env.REGISTRY_DIR),
    quotaContact: env.QUOTA_CONTACT,
    egressAddresses: env.EGRESS_ADDRESSES,
    ...readLimits(env),
  });
}

async function embedDatabase({ env, logger }: RunOptions, stops: Stop[]): Promise<string> {
  const { startEmbeddedPostgres } = await import("@tidings/db/embedded");
  const server = await startEmbeddedPostgres({
    dataDir: resolve(env.DATA_DIR, "postgres"),
    onProgress: progress,
    onEnded: (message) => logger.warn(message),
  });
  stops.push(() => server.stop());
  return server.url;
}

/** The one place where it is decided whether the shipped plugins are trusted with this process. */
const chooseIsolation = (env: Env, sandbox: Sandbox): Isolation =>
  env.PLUGIN_ISOLATION === "sealed" ? { kind: "sealed", sandbox } : { kind: "in-process" };

/** SIGHUP: the operator has changed the folder of plugins. */
function reloadOnSignal({ plugins }: Foundation): Stop {
  const onSignal = () => void plugins.reload();
  process.on("SIGHUP", onSignal);
  return async () => void process.off("SIGHUP", onSignal);
}

function readLimits(env: Env) {
  return {
    backlogLimits: {
      perTenant: env.BACKLOG_PER_TENANT,
      inTotal: env.BACKLOG_TOTAL,
      storing: env.STORING_AT_ONCE,
    },
    inFlightLimits: {
      perTenant: env.IN_FLIGHT_PER_TENANT,
      perChannel: env.IN_FLIGHT_PER_CHANNEL,
      inAll: env.IN_FLIGHT_IN_ALL,
    },
  };
}

function startDemoVendors(env: Env, stops: Stop[]): Promise<DemoSimulator[]> {
  progress("starting the vendor simulators");
  const started = startSimulators(resolve(env.PLUGINS_DIR));
  stops.push(async () => {
    for (const { simulator } of await started) await simulator.close();
  });
  return started;
}

async function startDemoPortal(publicUrl: string, stops: Stop[]): Promise<Portal> {
  const portal = await startPortal(publicUrl);
  stops.push(() => portal.close());
  return portal;
}

async function seedDemo(
  deps: Omit<SeedDeps, "portalUrl"> & { http: Http },
  portal: Portal,
): Promise<SeededSchool> {
  const seeded = await seedSchool({ ...deps, portalUrl: portal.url });
  portal.issueToken = issueAs(seeded, deps.http.inboxTokens);
  return seeded;
}

/** The key that wraps the tenants' keys: from the environment, or beside the embedded database. */
function readInstallationKey(env: Env): Uint8Array {
  if (env.TIDINGS_KEY) return Buffer.from(env.TIDINGS_KEY, "base64");
  if (env.DATABASE_URL) {
    throw new Error("Set TIDINGS_KEY to 32 random bytes in base64 (openssl rand -base64 32); keep it safe.");
  }
  const file = join(resolve(env.DATA_DIR), "installation.key");
  if (!existsSync(file)) {
    mkdirSync(resolve(env.DATA_DIR), { recursive: true });
    writeFileSync(file, randomBytes(KEY_BYTES).toString("base64"), { mode: 0o600 });
  }
  return Buffer.from(readFileSync(file, "utf8"), "base64");
}

/** The wished-for port; when it is the default and somebody has it, one of the next. */
async function choosePort(env: Env): Promise<number> {
  if (process.env.PORT) return env.PORT;
  for (let port = env.PORT; port < env.PORT + 20; port++) if (await isFree(env.HOST, port)) return port;
  throw new Error(`The ports from ${env.PORT} on are all taken; set PORT.`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolveFree) => {
    const probe = createServer();
    probe.once("error", () => resolveFree(false));
    probe.listen(port, host, () => probe.close(() => resolveFree(true)));
  });
}

/** Listens, and returns what stops it: no new connections, and those under way get five seconds. */
function listen(fetch: Parameters<typeof serve>[0]["fetch"], hostname: string, port: number): Promise<Stop> {
  return new Promise((resolveListening, reject) => {
    const server = serve({ fetch, hostname, port }, () => {
      resolveListening(
        () =>
          new Promise<void>((resolveClosed) => {
            server.close(() => resolveClosed());
            setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), 5_000).unref();
          }),
      );
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE" ? new Error(`Port ${port} is taken; set PORT to another one.`) : error,
      );
    });
  });
}
