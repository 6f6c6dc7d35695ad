import { Counter, Gauge, type Registry } from "prom-client";
import { readStanding } from "../modules/callbacks/index.ts";
import type { Database } from "../platform/database/index.ts";

/** What becomes of callbacks to sources, and how long their events wait. */
export function callbackMetrics(registry: Registry, dispatch: Database) {
  const calls = new Counter({
    name: "tidings_callback_calls_total",
    help: "Callbacks to sources by what became of them: delivered, retried (tried again later) or dead (given up)",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const waiting = new Gauge({
    name: "tidings_callback_events_waiting_seconds",
    help: "How long the event has waited for its callback that waits longest, of endpoints that are on",
    registers: [registry],
  });
  new Gauge({
    name: "tidings_callback_endpoints",
    help: "Callback endpoints by state; disabled ones were switched off since nothing got through",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const { endpoints, waitingSeconds } = await dispatch.transaction(readStanding);
      for (const state of ["on", "off", "disabled"]) this.set({ state }, endpoints[state] ?? 0);
      waiting.set(waitingSeconds);
    },
  });
  return { report: (outcome: string, count: number) => calls.inc({ outcome }, count) };
}
