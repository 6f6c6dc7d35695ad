import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { connect, type Database, DatabaseDeadlineError, DatabaseUnavailableError } from "../src/index.ts";
import { createTestDatabase, type TestDatabase, until } from "../src/testing/index.ts";
import { openBlackHole } from "./black-hole.ts";

const DEADLINE_MS = 300;
/** A deadline may be late by what two busy cores take. */
const SLACK_MS = 1_500;

describe("deadlines", () => {
  let testDatabase: TestDatabase;
  const opened: Database[] = [];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    await withSession(testDatabase.url, "test", (sql) => sql`create table marks (name text)`);
  });

  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await testDatabase.drop();
  });

  function open(url = testDatabase.url): Database {
    const database = connect({ url, max: 2, applicationName: "test", deadlineMs: DEADLINE_MS });
    opened.push(database);
    return database;
  }

  const marks = (database: Database, name: string) =>
    database.transaction(({ sql }) => sql`select from marks where name = ${name}`, { deadlineMs: 5_000 });

  it("ends a transaction whose statement runs too long, and the pool goes on", async () => {
    const database = open();
    const startedAt = performance.now();
    const slow = database.transaction(({ sql }) => sql`select pg_sleep(3)`);
    await expect(slow).rejects.toMatchObject({ name: "DatabaseDeadlineError", outcome: "not_committed" });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + SLACK_MS);
    await database.ping();
  });

  it("never commits the late work of an expired transaction", async () => {
    const database = open();
    let lateError: unknown;
    const slow = database.transaction(async ({ sql }) => {
      await sql`insert into marks values ('late')`;
      await delay(DEADLINE_MS * 2);
      await sql`insert into marks values ('late')`.catch((error) => {
        lateError = error;
      });
    });
    await expect(slow).rejects.toThrow(DatabaseDeadlineError);
    expect(await until(() => lateError)).toBeInstanceOf(DatabaseDeadlineError);
    expect(await marks(database, "late")).toHaveLength(0);
  });

  it("rolls back what the server was still doing", async () => {
    const database = open();
    const slow = database.transaction(({ sql }) => sql`insert into marks select 'running' from pg_sleep(1)`);
    await expect(slow).rejects.toThrow(DatabaseDeadlineError);
    await until(() =>
      database.transaction(async ({ sql }) => {
        const running = await sql`
          select from pg_stat_activity where query like 'insert into marks%' and pid <> pg_backend_pid()
        `;
        return running.length === 0;
      }),
    );
    expect(await marks(database, "running")).toHaveLength(0);
  });

  it("lets go of what a link held that went dead in the middle of a message", async (context) => {
    const [server] = await withSession(
      testDatabase.url,
      "test",
      (sql) => sql<[{ version: number }]>`select current_setting('server_version_num')::int as version`,
    );
    if (server.version < 170_000) context.skip("the server is older than PostgreSQL 17");
    const near = open();
    await near.transaction(({ sql }) => sql`insert into marks values ('held')`);
    const blackHole = await openBlackHole(Number(new URL(testDatabase.url).port));
    const url = new URL(testDatabase.url);
    url.port = String(blackHole.port);
    const far = open(url.href);
    const held = far.transaction(async ({ sql }) => {
      await sql`select from marks where name = 'held' for update`;
      blackHole.swallowAfter(1_000);
      await sql`select ${"x".repeat(20_000)}::text`;
    });
    await expect(held).rejects.toThrow(DatabaseDeadlineError);
    const isFree = () =>
      near.transaction(({ sql }) => sql`select from marks where name = 'held' for update skip locked`);
    expect(await isFree()).toHaveLength(0);
    await until(async () => (await isFree()).length === 1, { timeoutMs: 10_000 });
    await far.close();
    await blackHole.close();
  });

  it("covers the wait for a free connection", async () => {
    const database = open();
    const longer = [1, 2].map(() => database.transaction(() => delay(800), { deadlineMs: 2_000 }));
    await expect(database.ping()).rejects.toThrow("No database connection was free");
    await Promise.all(longer);
    await database.ping();
  });

  it("gives up on a half-open connection and recovers when the network does", async () => {
    const target = new URL(testDatabase.url);
    const hole = await openBlackHole(Number(target.port));
    target.port = String(hole.port);
    const database = open(target.href);
    try {
      await Promise.all([database.ping(), database.ping()]);
      hole.swallow();
      await expect(database.ping()).rejects.toThrow(DatabaseDeadlineError);
      await expect(database.ping()).rejects.toThrow(DatabaseDeadlineError);
      hole.recover();
      await until(() => database.ping().then(() => true), { timeoutMs: 3_000 });
    } finally {
      await hole.close();
    }
  });

  it("reports a refused connection as unavailable", async () => {
    const url = new URL(testDatabase.url);
    url.port = "1";
    await expect(open(url.href).ping()).rejects.toThrow(DatabaseUnavailableError);
  });

  it("finishes the transactions under way before it closes, and refuses new ones", async () => {
    const database = open();
    const running = database.transaction(async ({ sql }) => {
      await delay(100);
      return sql`select 1 as one`;
    });
    const closing = database.close();
    await expect(database.ping()).rejects.toThrow(DatabaseUnavailableError);
    expect(await running).toEqual([{ one: 1 }]);
    await Promise.all([closing, database.close()]);
  });
});
