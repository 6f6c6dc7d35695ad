import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { migrate } from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

describe("migrate", () => {
  let database: TestDatabase;
  let blankUrl: string;
  const blank = "tidings_migrate_test";

  beforeAll(async () => {
    database = await createTestDatabase();
    await withSession(database.url, "test", async (sql) => {
      await sql.unsafe(`drop database if exists ${blank} with (force)`);
      await sql.unsafe(`create database ${blank}`);
    });
    const url = new URL(database.url);
    url.pathname = `/${blank}`;
    blankUrl = url.href;
  });

  afterAll(async () => {
    await withSession(database.url, "test", (sql) => sql.unsafe(`drop database ${blank} with (force)`));
    await database.drop();
  });

  const applied = () =>
    withSession(blankUrl, "test", (sql) => sql`select hash from drizzle.__drizzle_migrations`);

  it("applies every migration once when nodes start together, and none again", async () => {
    await Promise.all([migrate(blankUrl), migrate(blankUrl), migrate(blankUrl)]);
    const first = await applied();
    expect(first.length).toBeGreaterThan(0);
    expect(new Set(first.map((row) => row.hash)).size).toBe(first.length);
    await migrate(blankUrl);
    expect(await applied()).toHaveLength(first.length);
  });
});
