import { serve } from "@hono/node-server";
import { startEngine } from "../../apps/api/src/composition/engine.ts";
import { lay } from "../../apps/api/src/composition/foundation.ts";
import { composeHttp } from "../../apps/api/src/composition/http.ts";
import { createLogger } from "../../apps/api/src/platform/logger.ts";
import {
  createSandbox,
  type Isolation,
  loadPlugins,
} from "../../apps/api/src/platform/plugin-runtime/index.ts";
import { createQueueTransport } from "../../apps/api/src/platform/queue/index.ts";
import { readSettings, tell } from "./parent.ts";

export interface ServerSettings {
  role: "all" | "api" | "expand";
  logLevel: "warn" | "silent";
  databaseUrl: string;
  installationKey: string;
  port: number;
  pluginsDir: string;
  /** Where pure plugins run: in the sandbox, or in this process. */
  isSealed: boolean;
  /** The fake vendor's address, as the product's own entry has it in `INTERNAL_ENDPOINTS`. */
  allowedEndpoints: string[];
}

/** Everything happens but sending. */
const NOTHING = { perTenant: 0, perChannel: 0, inAll: 0 };

/** The server as `main.ts` starts it, without the demo, and with the fake vendor among the allowed endpoints. */
async function start(settings: ServerSettings): Promise<() => Promise<void>> {
  const { role, databaseUrl, port, isSealed } = settings;
  const logger = createLogger(settings.logLevel);
  const queue = await createQueueTransport({
    redisUrl: process.env.REDIS_URL,
    databaseUrl,
    prefix: "bench",
    logger,
  });
  const sandbox = createSandbox({ logger });
  const isolation: Isolation = isSealed ? { kind: "sealed", sandbox } : { kind: "in-process" };
  const foundation = lay({
    databaseUrl,
    installationKey: Buffer.from(settings.installationKey, "base64"),
    publicUrl: `http://127.0.0.1:${port}`,
    plugins: await loadPlugins([settings.pluginsDir], logger, isolation),
    sandbox,
    outbound: { allowedEndpoints: new Set(settings.allowedEndpoints) },
    ...(role === "expand" && { inFlightLimits: NOTHING }),
    logger,
  });
  const engine = role === "api" ? undefined : startEngine(foundation, queue);
  const http = composeHttp(foundation, {
    nudge: (tenantId) => engine?.nudge(tenantId),
  });
  const server = serve({ fetch: http.app.fetch, hostname: "127.0.0.1", port }, () => tell({ ready: true }));
  return async () => {
    server.close();
    await engine?.stop();
    await foundation.close();
    await sandbox.close();
    await queue.close();
  };
}

const stop = await start(readSettings<ServerSettings>());
process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
