import { afterAll, beforeAll, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { connect } from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

let testDatabase: TestDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await withSession(testDatabase.url, "test", async (sql) => {
    await sql`create table marks (id int primary key, name text)`;
    await sql`vacuum analyze marks`;
  });
});

afterAll(() => testDatabase.drop());

/** How a connection goes about an empty table, and which plans it made for a statement called once. */
async function plan(plansByIndex: boolean) {
  const database = connect({ url: testDatabase.url, max: 1, applicationName: "test", plansByIndex });
  try {
    return await database.transaction(async ({ sql }) => {
      await sql`select name from marks where id = ${1}`;
      const [made] = await sql<{ generic: number; custom: number }[]>`
        select generic_plans::int as generic, custom_plans::int as custom from pg_prepared_statements
        where statement like 'select name from marks%'`;
      const [first] = await sql<{ "QUERY PLAN": string }[]>`explain select name from marks where id = 1`;
      return { ...made, readsAll: first?.["QUERY PLAN"].startsWith("Seq Scan") };
    });
  } finally {
    await database.close();
  }
}

it("plans once and by index where it is asked to, however small the table is", async () => {
  expect(await plan(true)).toEqual({ generic: 1, custom: 0, readsAll: false });
});

it("leaves both to the server otherwise", async () => {
  expect(await plan(false)).toEqual({ generic: 0, custom: 1, readsAll: true });
});
