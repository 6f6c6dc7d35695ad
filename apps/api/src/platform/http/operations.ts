import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { AppEnv } from "./app-env.ts";

export interface OperationsDeps {
  /** Each dependency's probe, by name; a probe rejects when the dependency is down. */
  probes: Record<string, () => Promise<void>>;
  metrics: Registry;
  /** What is not as it should be, though everything goes on. */
  degraded?(): string[];
  /** Parts of the process that only a restart brings back. */
  hung?(): string[];
  /** False from the moment the process has begun to shut down. */
  isAccepting(): boolean;
}

const PROBE_TIMEOUT_MS = 2_000;

/** `/health`: the process lives, and nothing in it hangs. `/ready`: its dependencies answer. `/metrics`: Prometheus. */
export function operationsRoutes(deps: OperationsDeps): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get("/health", (c) => {
    const hung = deps.hung?.() ?? [];
    return hung.length === 0 ? c.json({ status: "ok" }) : c.json({ status: "hung", hung }, 503);
  });

  routes.get("/ready", async (c) => {
    const results = await Promise.all(
      Object.entries(deps.probes).map(async ([name, probe]) => [name, await answers(probe)] as const),
    );
    const down = results.filter(([, up]) => !up).map(([name]) => name);
    const ready = deps.isAccepting() && down.length === 0;
    const degraded = deps.degraded?.() ?? [];
    return c.json({ status: ready ? "ready" : "not_ready", down, degraded }, ready ? 200 : 503);
  });

  routes.get("/metrics", async (c) =>
    c.body(await deps.metrics.metrics(), 200, { "content-type": deps.metrics.contentType }),
  );
  return routes;
}

async function answers(probe: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_TIMEOUT_MS);
  });
  const answer = probe().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}
