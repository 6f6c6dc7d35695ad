import { sql as expression } from "drizzle-orm";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import {
  connect,
  type Database,
  isOutage,
  TransactionAbortedError,
  TransactionOverError,
} from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

const TENANT = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT = "22222222-2222-4222-8222-222222222222";

async function createNotes(admin: Sql): Promise<void> {
  await admin.unsafe(`
    create table notes (tenant_id uuid not null, body text not null);
    alter table notes enable row level security;
    alter table notes force row level security;
    create policy tenant_fence on notes
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
    grant select, insert on notes to tidings_api;
    create table counters (name text primary key, value int not null);
    grant select, insert, update on counters to tidings_api;
  `);
}

describe("transactions", () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    await withSession(testDatabase.url, "test", createNotes);
    database = connect({ url: testDatabase.url, role: "tidings_api", max: 1, applicationName: "test" });
  });

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const write = (tenant: string, body: string) =>
    database.withTenant(tenant, ({ sql }) => sql`insert into notes values (${tenant}, ${body})`);
  const read = (tenant: string) =>
    database.withTenant(tenant, async ({ sql }) => {
      const rows = await sql<{ body: string }[]>`select body from notes`;
      return rows.map((row) => row.body);
    });

  it("shows a tenant its own rows and nobody else's", async () => {
    await write(TENANT, "mine");
    await write(OTHER_TENANT, "theirs");
    expect(await read(TENANT)).toEqual(["mine"]);
    expect(await read(OTHER_TENANT)).toEqual(["theirs"]);
  });

  it("shows no tenant's rows outside a tenant, and refuses to write one", async () => {
    expect(await database.transaction(({ sql }) => sql`select * from notes`)).toHaveLength(0);
    const writing = database.transaction(({ sql }) => sql`insert into notes values (${TENANT}, 'stray')`);
    await expect(writing).rejects.toMatchObject({ code: "42501" });
  });

  it("refuses to write another tenant's row", async () => {
    const writing = database.withTenant(
      TENANT,
      ({ sql }) => sql`insert into notes values (${OTHER_TENANT}, 'forged')`,
    );
    await expect(writing).rejects.toMatchObject({ code: "42501" });
  });

  it("sets the tenant before the very first statement, however it is awaited", async () => {
    const tenants = await database.withTenant(TENANT, async ({ sql }) => {
      const query = sql<{ tenant: string }[]>`select current_setting('app.tenant_id') as tenant`;
      return query.catch(() => []);
    });
    expect(tenants[0]?.tenant).toBe(TENANT);
  });

  it("leaves no tenant on the connection, after success and after failure", async () => {
    const tenantNow = () =>
      database.transaction(({ sql }) => sql`select current_setting('app.tenant_id', true) as tenant`);
    await write(TENANT, "mine too");
    expect(await tenantNow()).toEqual([{ tenant: "" }]);
    await database.withTenant(TENANT, async () => Promise.reject(new Error("no"))).catch(() => undefined);
    expect(await tenantNow()).toEqual([{ tenant: "" }]);
  });

  it("acts as the role it was opened with", async () => {
    const rows = await database.transaction(({ sql }) => sql`select current_user::text as name`);
    expect(rows).toEqual([{ name: "tidings_api" }]);
  });

  it("refuses a tenant that is not a UUID", async () => {
    await expect(database.withTenant("ten_1'; --", async () => 1)).rejects.toThrow(TypeError);
  });

  it("rolls back when the work throws", async () => {
    const failing = database.transaction(async ({ sql }) => {
      await sql`insert into counters values ('thrown', 1)`;
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await countersNamed("thrown")).toBe(0);
  });

  it("says so when a swallowed error turned the commit into a rollback", async () => {
    const failing = database.transaction(async ({ sql }) => {
      await sql`insert into counters values ('swallowed', 1)`;
      await sql`select 1 / 0`.catch(() => undefined);
    });
    await expect(failing).rejects.toThrow(TransactionAbortedError);
    expect(await countersNamed("swallowed")).toBe(0);
  });

  it("tells a server that cannot work at the moment from a statement that is wrong", async () => {
    const isOutageWith = (code: string) =>
      database
        .transaction(({ sql }) => sql.unsafe(`do $$ begin raise exception using errcode = '${code}'; end $$`))
        .then(() => undefined, isOutage);
    const [diskFull, outOfMemory, tooManyConnections] = ["53100", "53200", "53300"] as const;
    for (const code of [diskFull, outOfMemory, tooManyConnections]) {
      expect(await isOutageWith(code)).toBe(true);
    }
    const uniqueViolation = "23505";
    expect(await isOutageWith(uniqueViolation)).toBe(false);
  });

  it("refuses a query that leaves its transaction unsent", async () => {
    const { leaked } = await database.withTenant(TENANT, async ({ sql }) => ({
      leaked: sql`select * from notes`,
    }));
    await expect(leaked.then((rows) => rows)).rejects.toThrow(TransactionOverError);
  });

  it("refuses a handle that outlives its transaction", async () => {
    const tx = await database.transaction(async (open) => open);
    await expect(tx.sql`select 1`.then((rows) => rows)).rejects.toThrow(TransactionOverError);
    await expect(tx.db.execute("select 1")).rejects.toMatchObject({
      cause: expect.any(TransactionOverError),
    });
  });

  it("undoes a savepoint alone, through the driver and through Drizzle", async () => {
    await database.transaction(async ({ sql, db }) => {
      await sql`insert into counters values ('kept', 1)`;
      await sql.savepoint((inner) => inner`insert into counters values ('kept', 2)`).catch(() => undefined);
      const nested = db.transaction(async (inner) => {
        await inner.execute(expression`insert into counters values ('undone', 1)`);
        inner.rollback();
      });
      await nested.catch(() => undefined);
    });
    expect([await countersNamed("kept"), await countersNamed("undone")]).toEqual([1, 0]);
  });

  it("lets nothing be written outside a transaction", async () => {
    const rows = await database.transaction(async ({ sql }) => {
      const [setting] = await sql`select current_setting('default_transaction_read_only') as outside`;
      const [inside] = await sql`select current_setting('transaction_read_only') as inside`;
      return { ...setting, ...inside };
    });
    expect(rows).toEqual({ outside: "on", inside: "off" });
  });

  it("limits statements by the client's default and by the call", async () => {
    const timeout = (options?: { statementTimeoutMs: number }) =>
      database.transaction(({ sql }) => sql`select current_setting('statement_timeout') as limit`, options);
    expect(await timeout()).toEqual([{ limit: "4s" }]);
    expect(await timeout({ statementTimeoutMs: 1500 })).toEqual([{ limit: "1500ms" }]);
    const slow = database.transaction(({ sql }) => sql`select pg_sleep(5)`, { statementTimeoutMs: 50 });
    await expect(slow).rejects.toMatchObject({ code: "57014" });
  });

  describe("in one round trip", () => {
    const add = (name: string) =>
      database.withTenantAtOnce(TENANT, ({ sql }) => [
        sql<{ name: string }[]>`insert into counters values (${name}, 1) returning name`,
        sql<{ tenant: string }[]>`select current_setting('app.tenant_id') as tenant`,
      ]);

    it("answers every statement, inside the tenant, and commits", async () => {
      expect(await add("together")).toEqual([[{ name: "together" }], [{ tenant: TENANT }]]);
      expect(await countersNamed("together")).toBe(1);
    });

    it("leaves nothing behind when one of them fails, and throws that failure", async () => {
      const failing = database.withTenantAtOnce(TENANT, ({ sql }) => [
        sql`insert into counters values ('halved', 1)`,
        sql`select 1 / 0`,
        sql`insert into counters values ('halved too', 1)`,
      ]);
      await expect(failing).rejects.toMatchObject({ code: "22012" });
      expect([await countersNamed("halved"), await countersNamed("halved too")]).toEqual([0, 0]);
      await add("afterwards");
      expect(await countersNamed("afterwards")).toBe(1);
    });

    it("shows and writes no other tenant's rows, and leaves no tenant behind", async () => {
      const forging = database.withTenantAtOnce(TENANT, ({ sql }) => [
        sql`insert into notes values (${OTHER_TENANT}, 'forged at once')`,
      ]);
      await expect(forging).rejects.toMatchObject({ code: "42501" });
      const left = database.transaction(
        ({ sql }) => sql`select current_setting('app.tenant_id', true) as tenant`,
      );
      expect(await left).toEqual([{ tenant: "" }]);
    });

    it("refuses a tenant that is not a UUID", async () => {
      await expect(database.withTenantAtOnce("ten_1'; --", () => [])).rejects.toThrow(TypeError);
    });
  });

  async function countersNamed(name: string): Promise<number> {
    const rows = await database.transaction(({ sql }) => sql`select from counters where name = ${name}`);
    return rows.length;
  }
});
