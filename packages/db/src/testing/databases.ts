import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { withSession } from "../client/session.ts";
import { migrate } from "../migrate.ts";

export interface TestDatabase {
  /** Superuser URL; give `connect()` a role to be subject to row level security. */
  url: string;
  /** Removes the database, whatever is still connected to it. */
  drop(): Promise<void>;
}

/** The global setup tells the workers of its server through this variable. */
export const SERVER_URL_VARIABLE = "TIDINGS_TEST_SERVER_URL";

const TEMPLATE = "tidings_template";
const TEMPLATE_LOCK = 7_264_832;
const CLONE_ATTEMPTS = 50;
const RETRY_MS = 100;
const OBJECT_IN_USE = "55006";

/** Creates the migrated database that every test database is a copy of; drops an older one first. */
export async function createTemplate(serverUrl: string): Promise<void> {
  await withSession(serverUrl, "tidings-test", async (sql) => {
    // Test runs that share a server must not build it at the same time.
    await sql`select pg_advisory_lock(${TEMPLATE_LOCK}::bigint)`;
    await sql.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
    await sql.unsafe(`create database ${TEMPLATE}`);
    await migrate(databaseUrl(serverUrl, TEMPLATE));
  });
}

/** Clones the migrated template, for one test file. Needs the global setup `@tidings/db/testing` exports. */
export const createTestDatabase = (): Promise<TestDatabase> => create(cloneTemplate);

/** An empty database, as a first start finds it. */
export const createBlankDatabase = (): Promise<TestDatabase> =>
  create(async (run, name) => void (await run(`create database ${name} template template0`)));

type Run = (text: string) => Promise<unknown>;

async function create(make: (run: Run, name: string) => Promise<void>): Promise<TestDatabase> {
  const serverUrl = process.env[SERVER_URL_VARIABLE];
  if (!serverUrl) throw new Error("No test server: run through vitest with the global setup of packages/db.");
  const name = `tidings_test_${randomBytes(6).toString("hex")}`;
  await withSession(serverUrl, "tidings-test", (sql) => make((text) => sql.unsafe(text), name));
  return {
    url: databaseUrl(serverUrl, name),
    drop: () =>
      withSession(serverUrl, "tidings-test", async (sql) => {
        await sql.unsafe(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function cloneTemplate(run: Run, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run(`create database ${name} template ${TEMPLATE} strategy file_copy`);
      return;
    } catch (error) {
      // Another clone, or autovacuum, holds the template for a moment.
      const busy = error instanceof Error && "code" in error && error.code === OBJECT_IN_USE;
      if (!busy || attempt === CLONE_ATTEMPTS) throw error;
      await delay(RETRY_MS);
    }
  }
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
