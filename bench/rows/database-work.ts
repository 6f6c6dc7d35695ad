import type { Comparison } from "../rounds.ts";
import { resetMessages } from "../scratch/database.ts";
import { runProgram } from "../scratch/process.ts";
import { broadcast } from "./end-to-end.ts";
import { countChunked, post, runReference, tagged, until, untilComplete } from "./sending.ts";
import { type Stage, startMeter, vendorUrl, withServer, withVendor } from "./stage.ts";

/** The expander stays a hundred chunks ahead of the senders, and no further. */
const ROWS_AHEAD = 200_000;

/** Deliveries made from an audience, with addresses, chunks and counts ÷ COPY of the same rows. */
export function fanOutRow(stage: Stage): Comparison {
  const rows = Math.min(ROWS_AHEAD, stage.size.users);
  return {
    name: "fan-out",
    title: "Fan-out of a broadcast ÷ COPY into the same table",
    unit: "rows/s",
    target: 0.7,
    async measureReference() {
      await resetMessages(stage.database);
      return runReference("raw-copy.ts", { url: stage.database.url, users: rows });
    },
    async measureProduct() {
      await resetMessages(stage.database);
      return withServer(stage, "expand", async (server) => {
        const readMeter = startMeter(stage, server);
        const startedAt = performance.now();
        await post(stage, { audience: { kind: "all" } });
        await until(async () => (await countChunked(stage)) >= rows);
        const seconds = (performance.now() - startedAt) / 1000;
        return { perSecond: rows / seconds, ...readMeter(rows) };
      });
    },
  };
}

/** Receipts taken in pushes of a hundred, kept, applied and counted ÷ plain updates of the same rows. */
export function receiptsRow(stage: Stage): Comparison {
  const users = stage.size.singleUsers;
  return {
    name: "receipts",
    title: "Receipts, pushed a hundred at a time ÷ plain bulk updates",
    unit: "receipts/s",
    target: 0.35,
    async measureReference() {
      await resetMessages(stage.database);
      await insertAccepted(stage, users);
      return runReference("bulk-update.ts", { url: stage.database.url, users });
    },
    async measureProduct() {
      await resetMessages(stage.database);
      return withServer(stage, "all", async (server) => {
        const message = await withVendor(stage, 0, async () => {
          const sent = await post(stage, { audience: tagged("single"), channel: "single" });
          await untilComplete(stage, sent);
          return sent;
        });
        const readMeter = startMeter(stage, server);
        const { sent, tookMs } = await runProgram<{ sent: number; tookMs: number }>("programs/receipts.ts", {
          url: `${vendorUrl(stage.serverPort)}${stage.seeded.tenant.receiptsPath}`,
          databaseUrl: stage.database.url,
        });
        const cpu = readMeter(users);
        await assertDelivered(stage, message, users);
        return { perSecond: (sent / tookMs) * 1000, ...cpu };
      });
    },
  };
}

async function insertAccepted({ database }: Stage, users: number): Promise<void> {
  await database.run(
    (sql) => sql`
      insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state, address, accepted_at)
      select (select nextval('delivery_ids')) + n, uuidv7(), uuidv7(), uuidv7(), uuidv7(), 0, 'accepted',
        'user-' || n || '@inbox.example', now()
      from generate_series(0, ${users - 1}::int) n`,
  );
  await database.run((sql) => sql`analyze deliveries`);
}

async function assertDelivered({ database }: Stage, message: string, users: number): Promise<void> {
  const [found] = await database.run(
    (sql) => sql<{ rows: number; counted: number }[]>`
      select (select count(*)::int from deliveries where message_id = ${message} and state = 'delivered') as rows,
        (select coalesce(sum(count), 0)::int from (
          select measure, count from message_totals where message_id = ${message}
          union all
          select measure, count from statistics_deltas where message_id = ${message}
        ) counts where measure = 'delivered') as counted`,
  );
  if (found?.rows !== users || found.counted !== users) {
    throw new Error(`void: ${users} receipts were pushed, the database says ${JSON.stringify(found)}`);
  }
}

/** A broadcast as it is ÷ a broadcast whose counts are thrown away before they are stored. */
export function statisticsRow(stage: Stage): Comparison {
  return {
    name: "statistics",
    title: "Broadcast with exact statistics ÷ the same without",
    unit: "deliveries/s",
    target: 0.8,
    measureReference: () => withoutStatistics(stage, () => run(stage, { isCounted: false })),
    measureProduct: () => run(stage, { isCounted: true }),
  };
}

const run = (stage: Stage, { isCounted }: { isCounted: boolean }) =>
  withVendor(stage, 0, (vendor) => broadcast(stage, vendor, { isCounted }));

async function withoutStatistics<T>({ database }: Stage, work: () => Promise<T>): Promise<T> {
  await database.run(
    (sql) => sql`
      create function drop_row() returns trigger language plpgsql as 'begin return null; end'`,
  );
  await database.run(
    (sql) => sql`
      create trigger drop_statistics before insert on statistics_deltas for each row execute function drop_row()`,
  );
  try {
    return await work();
  } finally {
    await database.run((sql) => sql`drop function drop_row() cascade`);
  }
}
