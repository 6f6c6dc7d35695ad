import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { countFailing, type LedgerReport } from "../modules/deliveries/index.ts";
import type { Database } from "../platform/database/index.ts";
import type { LoopWatch } from "../platform/loop-watch.ts";
import type { PluginMetrics, Sandbox } from "../platform/plugin-runtime/index.ts";
import { callbackMetrics } from "./callback-metrics.ts";

const LATENCY_BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 30];

export interface MetricsDeps {
  dispatch: Database;
  loops: Pick<LoopWatch, "ages">;
  sandbox: Pick<Sandbox, "counts"> | undefined;
}

/** What `/metrics` shows: the process, the vendors' calls, the sandbox, and what waits to be sent. */
export function createMetrics({ dispatch, loops, sandbox }: MetricsDeps): {
  registry: Registry;
  plugins: PluginMetrics;
  ledger: { report(report: LedgerReport): void };
  queue: { report(isDegraded: boolean): void };
  callbacks: { report(outcome: string, count: number): void };
} {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "tidings_vendor_requests_total",
    help: "Calls of vendors by plugin and outcome",
    labelNames: ["plugin", "outcome"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "tidings_vendor_request_seconds",
    help: "Duration of vendors' calls",
    labelNames: ["plugin"],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  new Gauge({
    name: "tidings_chunks",
    help: "Chunks of deliveries by state; done ones are not counted",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const counts = await dispatch.transaction(countChunks);
      for (const state of ["ready", "queued", "sending"]) this.set({ state }, counts[state] ?? 0);
    },
  });
  if (sandbox) sandboxMetrics(registry, sandbox);
  new Gauge({
    name: "tidings_messages_not_expanding",
    help: "Messages whose deliveries could not be made; stuck after eight failures in a row, within half an hour",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const counts = await dispatch.transaction(countFailing);
      this.set({ state: "tried_again" }, counts.triedAgain);
      this.set({ state: "stuck" }, counts.stuck);
    },
  });
  return {
    registry,
    ledger: ledgerMetrics(registry),
    queue: engineMetrics(registry, loops),
    callbacks: callbackMetrics(registry, dispatch),
    plugins: {
      requestFinished({ pluginId, outcome, durationMs }) {
        requests.inc({ plugin: pluginId, outcome });
        duration.observe({ plugin: pluginId }, durationMs / 1000);
      },
    },
  };
}

/** Whether the loops come round, and hints get through. */
function engineMetrics(registry: Registry, loops: Pick<LoopWatch, "ages">) {
  const degraded = new Gauge({
    name: "tidings_queue_degraded",
    help: "1 while hints do not get through the queue and this process sends without them",
    registers: [registry],
  });
  new Gauge({
    name: "tidings_loop_age_seconds",
    help: "Seconds that a loop's round has been under way; 0 between rounds",
    labelNames: ["loop"],
    registers: [registry],
    collect() {
      for (const [loop, ageMs] of loops.ages()) this.set({ loop }, ageMs / 1000);
    },
  });
  return { report: (isDegraded: boolean) => degraded.set(isDegraded ? 1 : 0) };
}

/** What sealed plugins have done to the sandbox, and which of them are disabled for it. */
function sandboxMetrics(registry: Registry, sandbox: Pick<Sandbox, "counts">): void {
  new Counter({
    name: "tidings_sandbox_losses_total",
    help: "Sandbox processes that were replaced, by reason: hung, died or memory",
    labelNames: ["reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { reason, count } of sandbox.counts().losses) this.inc({ reason }, count);
    },
  });
  new Counter({
    name: "tidings_plugin_strikes_total",
    help: "Times that a sealed plugin was to blame for what went wrong, by plugin and reason",
    labelNames: ["plugin", "reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { pluginId, reason, count } of sandbox.counts().strikes) {
        this.inc({ plugin: pluginId, reason }, count);
      }
    },
  });
  new Gauge({
    name: "tidings_plugin_disabled",
    help: "1 for a sealed plugin that this process has disabled",
    labelNames: ["plugin"],
    registers: [registry],
    collect() {
      for (const plugin of sandbox.counts().disabled) this.set({ plugin }, 1);
    },
  });
}

async function countChunks({ sql }: Parameters<Parameters<Database["transaction"]>[0]>[0]) {
  const rows = await sql<{ state: string; count: number }[]>`
    select state, count(*)::int as count from chunks where state in ('ready', 'queued', 'sending') group by state`;
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** What the ledger's last full round has found, and how long ago that was. */
function ledgerMetrics(registry: Registry) {
  let endedAt: Date | undefined;
  const discrepancies = new Gauge({
    name: "tidings_ledger_discrepancies",
    help: "What does not agree in the books, by kind, as of the last full round; 0 is right",
    labelNames: ["kind"],
    registers: [registry],
  });
  const uncounted = new Gauge({
    name: "tidings_ledger_uncounted_messages",
    help: "Messages too large for their totals to be compared with their rows",
    registers: [registry],
  });
  new Gauge({
    name: "tidings_ledger_round_age_seconds",
    help: "Seconds since the last full round through the books; NaN before the first",
    registers: [registry],
    collect() {
      this.set(endedAt ? (Date.now() - endedAt.getTime()) / 1000 : Number.NaN);
    },
  });
  return {
    report(report: LedgerReport) {
      endedAt = report.endedAt;
      uncounted.set(report.uncountedMessages);
      for (const [kind, count] of Object.entries(report.counts)) discrepancies.set({ kind }, count);
    },
  };
}
