import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

/** Servers before cannot be told what to expect of a table. */
const FIRST_SERVER = 180_000;

describe("a database that holds next to nothing yet", () => {
  let database: TestDatabase;
  let server: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await inSession(async (sql) => {
      const [row] = await sql<[{ version: string }]>`select current_setting('server_version_num') as version`;
      return Number(row.version);
    });
  });

  afterAll(() => database.drop());

  const inSession = <T>(work: (sql: Sql) => Promise<T>) => withSession(database.url, "test", work);

  it("expects a tenant to have many rows in every table that is still to be analysed", async (context) => {
    if (server < FIRST_SERVER) context.skip("the server is older than PostgreSQL 18");
    const unprepared = await inSession(
      (sql) => sql`
        select c.relname from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.reltuples < 0
          and exists(select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
          and not exists(select from pg_stats s
            where s.tablename = c.relname and s.attname = 'tenant_id' and s.n_distinct = 1)`,
    );
    expect(unprepared.map(({ relname }) => relname)).toEqual([]);
  });

  it("looks messages up by their keys instead of reading all that the tenant has", async (context) => {
    if (server < FIRST_SERVER) context.skip("the server is older than PostgreSQL 18");
    const plan = await inSession(async (sql) => {
      const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(`
        explain (generic_plan) select from unnest($1::bigint[]) as claim(id)
          join chunks c on c.tenant_id = $2 and c.id = claim.id
          join messages m on m.tenant_id = $2 and m.id = c.message_id`);
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
    expect(plan).toContain("Index Cond: (id = claim.id)");
    expect(plan).toMatch(/Index Cond: \(\(tenant_id = \$2\) AND \(id = c\.message_id\)\)/);
  });
});
