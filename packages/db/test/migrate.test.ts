import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { migrate } from "../src/index.ts";
import { createBlankDatabase, createTestDatabase, type TestDatabase } from "../src/testing/index.ts";

describe("migrate", () => {
  let database: TestDatabase;
  let blank: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    blank = await createBlankDatabase();
  });

  afterAll(async () => {
    await blank.drop();
    await database.drop();
  });

  const applied = () =>
    withSession(blank.url, "test", (sql) => sql`select hash from drizzle.__drizzle_migrations`);

  it("applies every migration once when nodes start together, and none again", async () => {
    await Promise.all([migrate(blank.url), migrate(blank.url), migrate(blank.url)]);
    const first = await applied();
    expect(first.length).toBeGreaterThan(0);
    expect(new Set(first.map((row) => row.hash)).size).toBe(first.length);
    await migrate(blank.url);
    expect(await applied()).toHaveLength(first.length);
  });

  it("lets the reviewers and operators of every tenant read plugins and roles", async () => {
    const migration = readFileSync(
      join(import.meta.dirname, "../migrations/0002_names_for_reviewers.sql"),
      "utf8",
    );
    const before = [{ action: "read", subject: "Message" }];
    const permissions = await withSession(database.url, "test", async (sql) => {
      for (const code of ["east", "west"]) await givenRoles(sql, code, before);
      await sql.unsafe(migration);
      return sql`select code, permissions from roles order by code, tenant_id`;
    });
    const after = [...before, { action: "read", subject: ["Plugin", "Role"] }];
    expect(permissions.map((row) => [row.code, row.permissions])).toEqual([
      ["operator", after],
      ["operator", after],
      ["owner", before],
      ["owner", before],
      ["reviewer", after],
      ["reviewer", after],
    ]);
  });
});

async function givenRoles(sql: Sql, tenantCode: string, permissions: object[]): Promise<void> {
  const tenantId = randomUUID();
  await sql`insert into tenants (id, code, name, time_zone, locale)
    values (${tenantId}, ${tenantCode}, ${tenantCode}, 'UTC', 'en')`;
  for (const code of ["owner", "operator", "reviewer"]) {
    await sql`insert into roles (tenant_id, id, code, name, permissions)
      values (${tenantId}, ${randomUUID()}, ${code}, ${code}, ${JSON.stringify(permissions)}::text::jsonb)`;
  }
}
