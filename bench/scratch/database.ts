import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, migrate, type Tx } from "@tidings/db";
import { startEmbeddedPostgres } from "@tidings/db/embedded";

/** A PostgreSQL server of the bench's own, as durable as a real one. */
export interface ScratchDatabase {
  url: string;
  version: string;
  /** Where it keeps its files; free for other scratch servers. */
  folder: string;
  /** The postmaster; the CPU time of all sessions is its children's. */
  pid: number;
  /** Runs work as the superuser, past row-level security. */
  run<T>(work: (sql: Tx["sql"]) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const PATIENCE = { deadlineMs: 600_000, statementTimeoutMs: 600_000 };

export async function startScratchDatabase(): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-bench-"));
  // Started by root, the server runs as nobody, who has to get there.
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: folder, port: 0, durable: true });
  await migrate(server.url);
  const database = connect({ url: server.url, max: 2, applicationName: "tidings-bench" });
  const run: ScratchDatabase["run"] = (work) => database.transaction(({ sql }) => work(sql), PATIENCE);
  return {
    url: server.url,
    version: server.version,
    folder,
    pid: await run(findPostmaster),
    run,
    async stop() {
      await database.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function findPostmaster(sql: Tx["sql"]): Promise<number> {
  const [row] = await sql<{ text: string }[]>`select pg_read_file('postmaster.pid') as text`;
  return Number(row?.text.split("\n")[0]);
}

/** Empties what messages leave behind, and writes out what is dirty, so that no run pays for the one before. */
export async function resetMessages({ run }: ScratchDatabase): Promise<void> {
  await run(
    (sql) => sql`truncate messages, idempotency_keys, deliveries, chunks, attempts, flows, receipts,
      vendor_references, statistics_deltas, statistics_hourly, message_totals`,
  );
  await run((sql) => sql`checkpoint`);
}
