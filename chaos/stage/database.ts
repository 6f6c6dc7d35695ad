import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type Database, migrate, type Tx } from "@tidings/db";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@tidings/db/embedded";

/** A PostgreSQL server of the run's own, as durable as a real one. */
export interface ScratchDatabase {
  url: string;
  port: number;
  /** Past row-level security, for the checker and the faults. Reconnects after a restart. */
  books: Database;
  run<T>(work: (sql: Tx["sql"]) => Promise<T>): Promise<T>;
  /** Ends the server at once, as `pg_ctl -m immediate` does, and starts it again on the same port. */
  restartImmediately(): Promise<void>;
  stop(): Promise<void>;
}

const RETRY_MS = 200;
const PATIENCE = { deadlineMs: 60_000, statementTimeoutMs: 60_000 };

export async function startScratchDatabase(folder: string): Promise<ScratchDatabase> {
  await mkdir(folder, { recursive: true });
  // Started by root, the server runs as nobody, who has to get there.
  await Promise.all([dirname(folder), folder].map((path) => chmod(path, 0o755)));
  let server = await startEmbeddedPostgres({ dataDir: folder, port: 0, durable: true });
  const { url } = server;
  const port = Number(new URL(url).port);
  await migrate(url);
  const books = connect({ url, max: 3, applicationName: "tidings-chaos" });
  const run: ScratchDatabase["run"] = (work) => books.transaction(({ sql }) => work(sql), PATIENCE);
  const [{ folder: cluster } = { folder: "" }] = await run(
    (sql) => sql<{ folder: string }[]>`select current_setting('data_directory') as folder`,
  );
  return {
    url,
    port,
    books,
    run,
    async restartImmediately() {
      process.kill(await postmasterOf(cluster), "SIGQUIT");
      while (await postmasterOf(cluster).catch(() => undefined)) await delay(20);
      server = await startAgain(folder, port);
    },
    async stop() {
      await books.close();
      await server.stop();
    },
  };
}

/** On a busy machine a start may fail, or find the port taken for a moment; the address has to stay the same. */
async function startAgain(folder: string, port: number): Promise<EmbeddedPostgres> {
  for (;;) {
    const started = await startEmbeddedPostgres({ dataDir: folder, port, durable: true }).catch(
      () => undefined,
    );
    if (started && Number(new URL(started.url).port) === port) return started;
    await started?.stop();
    await delay(RETRY_MS);
  }
}

async function postmasterOf(cluster: string): Promise<number> {
  return Number((await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n")[0]);
}
