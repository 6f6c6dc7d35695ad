import type { LoadReport, LoadSettings } from "../programs/load.ts";
import type { Comparison, Measurement } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { type Program, runProgram, startProgram } from "../scratch/process.ts";
import { assertReceived, until } from "./sending.ts";
import { type Stage, startMeter, withServer, withVendor } from "./stage.ts";

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
      const { report, cpu } = await withServer(stage, "api", (server) => load(stage, server));
      await assertStored(stage, report.accepted);
      return { ...measured(report), ...cpu };
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

/**
 * Every 202 is a message in the database with its key, and nothing else is; and each then reaches the vendor as the one
 * delivery that it asked for, which is not in the time that is measured.
 */
async function assertStored(stage: Stage, accepted: number): Promise<void> {
  const { database } = stage;
  const [stored] = await database.run(
    (sql) => sql<Counts[]>`
      select (select count(*)::int from messages) as messages, (select count(*)::int from idempotency_keys) as keys`,
  );
  assertEach(accepted, stored);
  await withVendor(stage, 0, (vendor) =>
    withServer(stage, "all", async () => {
      await until(async () => (await countCompleted(stage)) >= accepted);
      await assertReceived(vendor, accepted);
    }),
  );
  const [made] = await database.run(
    (sql) => sql<Counts[]>`
      select (select count(*)::int from deliveries where state = 'accepted') as deliveries,
        (select coalesce(sum(delivery_count), 0)::int from chunks) as covered`,
  );
  assertEach(accepted, made);
}

async function countCompleted({ database }: Stage): Promise<number> {
  const [row] = await database.run(
    (sql) => sql<{ count: number }[]>`select count(*)::int as count from messages where state = 'completed'`,
  );
  return row?.count ?? 0;
}

type Counts = Record<string, number>;

function assertEach(accepted: number, found: Counts | undefined): void {
  if (found && Object.values(found).every((count) => count === accepted)) return;
  throw new Error(`void: ${accepted} answers of 202, but the database has ${JSON.stringify(found)}`);
}
