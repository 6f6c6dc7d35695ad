import type { LoadReport, LoadSettings } from "../programs/load.ts";
import type { Comparison, Measurement } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { type Program, runProgram, startProgram } from "../scratch/process.ts";
import { type Stage, startMeter, withServer } from "./stage.ts";

const CONNECTIONS = 64;
const WARM_UP_MS = 3_000;

/** Durable accepts a second ÷ what a bare Hono echo answers to the same requests. */
export function acceptRow(stage: Stage): Comparison {
  return {
    name: "accept",
    title: "Durable accepts ÷ bare Hono echo",
    unit: "requests/s",
    target: 0.35,
    async measureReference() {
      const echo = await startProgram("reference/bare-hono.ts", { port: stage.serverPort });
      try {
        const { report, cpu } = await load(stage, echo);
        return { ...measured(report), ...cpu };
      } finally {
        await echo.stop();
      }
    },
    async measureProduct() {
      await resetMessages(stage.database);
      return withServer(stage, "api", async (server) => {
        const { report, cpu } = await load(stage, server);
        await assertStored(stage, report.accepted);
        return { ...measured(report), ...cpu };
      });
    },
  };
}

async function load(stage: Stage, server: Program) {
  const settings: LoadSettings = {
    port: stage.serverPort,
    apiKey: stage.seeded.tenant.apiKey,
    connections: CONNECTIONS,
    warmUpMs: WARM_UP_MS,
    measureMs: stage.size.measureMs,
    users: stage.size.users,
  };
  let meter: ReturnType<typeof startMeter> | undefined;
  let read = { serverMicros: 0, databaseMicros: 0 };
  const report = await runProgram<LoadReport>("programs/load.ts", settings, (message) => {
    if ("measuring" in message) meter = startMeter(stage, server);
    else if ("measured" in message && meter) read = meter(1);
  });
  if (report.refused > 0) throw new Error(`${report.refused} requests were refused:\n${report.firstRefusal}`);
  const { serverMicros, databaseMicros } = read;
  const cpu = {
    serverMicros: serverMicros / report.measured,
    databaseMicros: databaseMicros / report.measured,
  };
  return { report, cpu };
}

const measured = ({ perSecond, p50Ms, p99Ms }: LoadReport): Measurement => ({
  perSecond,
  note: `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
});

/** Every 202 is a message in the database, with its delivery, and nothing else is. */
async function assertStored({ database }: Stage, accepted: number): Promise<void> {
  const [rows] = await database.run(
    (sql) => sql<{ messages: number; deliveries: number; covered: number; keys: number }[]>`
      select (select count(*)::int from messages) as messages,
        (select count(*)::int from deliveries where state = 'ready') as deliveries,
        (select coalesce(sum(delivery_count), 0)::int from chunks where state = 'ready') as covered,
        (select count(*)::int from idempotency_keys) as keys`,
  );
  const found = JSON.stringify(rows);
  const all = rows && [rows.messages, rows.deliveries, rows.covered, rows.keys];
  if (!all?.every((count) => count === accepted)) {
    throw new Error(`void: ${accepted} answers of 202, but the database has ${found}`);
  }
}
