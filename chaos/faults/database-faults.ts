import { setTimeout as delay } from "node:timers/promises";
import type { ScratchDatabase } from "../stage/database.ts";

/** Tables of the queue that say how it is built, not what is in it. */
const KEPT = ["migration"];

const tablesOf = ({ run }: ScratchDatabase) =>
  run(async (sql) => {
    const rows = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = 'bullmq' and tablename <> all (${KEPT})`;
    return rows.map(({ name }) => name).join(", ");
  });

/** Empties the queue in PostgreSQL, as FLUSHALL empties Redis. */
export async function flushQueue(database: ScratchDatabase): Promise<void> {
  const tables = await tablesOf(database);
  if (tables) await database.run((sql) => sql.unsafe(`truncate ${tables}`));
}

/** Lets nobody at the queue for a while, and empties it. */
export async function holdQueue(database: ScratchDatabase, ms: number): Promise<void> {
  const tables = await tablesOf(database);
  if (!tables) return;
  await database.run(async (sql) => {
    await sql.unsafe(`lock table ${tables} in access exclusive mode`);
    await delay(ms);
    await sql.unsafe(`truncate ${tables}`);
  });
}

/** Ends some of the server's sessions, as an administrator or a failing network does. */
export async function killBackends({ run }: ScratchDatabase, count: number): Promise<void> {
  await run(
    (sql) => sql`select pg_terminate_backend(pid) from (
      select pid from pg_stat_activity
      where application_name like 'tidings-%' and application_name <> 'tidings-chaos'
        and pid <> pg_backend_pid()
      order by random() limit ${count}
    ) some`,
  );
}
