import { createHealthService, createProcessReporter, healthRoutes } from "../modules/health/index.ts";
import { actAsOperator } from "../modules/operators/index.ts";
import type { Foundation } from "./foundation.ts";
import { createLoops } from "./loops.ts";

export function composeHealth({ api, dispatch, clock }: Foundation) {
  return {
    routers: [healthRoutes(createHealthService({ asOperator: actAsOperator(api), dispatch, clock }))],
  };
}

export interface Reporting {
  role: "all" | "api" | "worker";
  queueBackend: "redis" | "postgres";
  degraded(): string[];
}

/** Starts to write down how this process is. */
export function startReporting(
  foundation: Foundation,
  { role, queueBackend, degraded }: Reporting,
): () => Promise<void> {
  const { worker, clock, sandbox, loops: watch } = foundation;
  const loops = createLoops(foundation);
  loops.start(
    createProcessReporter({
      worker,
      clock,
      role,
      queueBackend,
      readState: () => ({
        degraded: degraded(),
        hung: watch.hung(),
        sandbox: sandbox ? { isInstalled: sandbox.isInstalled, ...sandbox.counts() } : null,
      }),
    }),
  );
  return () => loops.stop();
}
