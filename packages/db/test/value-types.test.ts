import { sql as expression } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Database } from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

const MOMENT = new Date("2026-02-03T04:05:06.789Z");
const AWKWARD = ["plain", 'with "quotes"', "back\\slash", "comma, brace }", "", "NULL", "中文"];

describe("values across the wire", () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = connect({ url: testDatabase.url, max: 1, applicationName: "test" });
  });

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it("reads the documented types", async () => {
    const [row] = await database.transaction(
      ({ sql }) => sql`
        select 7::int4 as int4, 9007199254740993::int8 as int8, 1.50::numeric as numeric, 2.5::float8 as float8,
          ${MOMENT}::timestamptz as moment, '2026-02-03'::date as day, '{"a": [1]}'::jsonb as json,
          '\\x00ff'::bytea as bytes, true as yes, null::text as nothing
      `,
    );
    expect(row).toEqual({
      int4: 7,
      int8: "9007199254740993",
      numeric: "1.50",
      float8: 2.5,
      moment: MOMENT,
      day: "2026-02-03",
      json: { a: [1] },
      bytes: Buffer.from([0, 255]),
      yes: true,
      nothing: null,
    });
  });

  it("carries arrays there and back", async () => {
    const [row] = await database.transaction(
      ({ sql }) => sql`
        select ${AWKWARD}::text[] as texts, ${[1, null, 3] as number[]}::int4[] as numbers, ${[] as string[]}::text[] as none,
          ${sql.array([MOMENT])}::timestamptz[] as moments, ${sql.array([true, false])}::bool[] as flags,
          ${sql.array([Buffer.from("ab")])}::bytea[] as bytes, array[[1,2],[3,4]] as matrix
      `,
    );
    expect(row).toEqual({
      texts: AWKWARD,
      numbers: [1, null, 3],
      none: [],
      moments: [MOMENT],
      flags: [true, false],
      bytes: [Buffer.from("ab")],
      matrix: [
        [1, 2],
        [3, 4],
      ],
    });
  });

  it("unnests columns of a batch, JSON included", async () => {
    const rows = await database.transaction(
      ({ sql }) => sql`
        select * from unnest(
          ${["a", "b"]}::text[],
          ${[{ n: 1 }, { text: 'say "hi"' }].map((value) => JSON.stringify(value))}::jsonb[]
        ) as batch (key, value)
      `,
    );
    expect(rows).toEqual([
      { key: "a", value: { n: 1 } },
      { key: "b", value: { text: 'say "hi"' } },
    ]);
  });

  it("encodes JSON once, from the driver and from Drizzle", async () => {
    const value = { text: 'say "hi"', list: [1, "2"] };
    const [row] = await database.transaction(({ sql }) => sql`select ${sql.json(value)}::jsonb as value`);
    expect(row?.value).toEqual(value);
    const drizzled = await database.transaction(({ db }) =>
      db.execute(expression`select ${JSON.stringify(value)}::jsonb as value`),
    );
    expect(drizzled[0]?.value).toEqual(value);
  });

  it("copies rows in", async () => {
    const count = await database.transaction(async ({ sql }) => {
      await sql`create temporary table staging (id int, body text) on commit drop`;
      const stream = await sql`copy staging from stdin`.writable();
      const done = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
      stream.end("1\tone\n2\ttwo\n");
      await done;
      const [row] = await sql<{ count: number }[]>`select count(*)::int as count from staging`;
      return row?.count;
    });
    expect(count).toBe(2);
  });
});
