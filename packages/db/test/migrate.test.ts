import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { fromUuid, migrate } from "../src/index.ts";
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
    const migration = readMigration("0002_names_for_reviewers");
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

  it("keeps why versions were refused that are over, and has those in use checked again", async () => {
    const updates = readMigration("0034_publisher_logins_and_faults")
      .split("--> statement-breakpoint")
      .filter((statement) => statement.includes("update plugin_listings"));
    expect(updates).toHaveLength(2);
    const grants = { hosts: ["sms.example"] };
    const report = { protocol: "1", checkedAt: "2026-01-02T03:04:05.000Z", grants, widening: [] };
    const old = {
      ...report,
      faults: ["no icon", 'a "quoted" word'],
      findings: [{ rule: "eval" }],
      conformance: {},
    };
    const reports = await withSession(database.url, "test", async (sql) => {
      await givenListings(sql, {
        listed: old,
        in_review: old,
        refused: old,
        withdrawn: { ...old, faults: [] },
        checking: null,
      });
      for (const update of updates) await sql.unsafe(update);
      const rows = await sql`select state, report from plugin_listings`;
      return Object.fromEntries(rows.map((row) => [row.state, row.report]));
    });
    const asWritten = (text: string) => ({ code: "as_written", params: { text }, at: [], detail: text });
    const over = { ...report, findings: [], conformance: null };
    expect(reports).toEqual({
      listed: { protocol: null },
      in_review: { protocol: null },
      refused: { ...over, faults: [asWritten("no icon"), asWritten('a "quoted" word')] },
      withdrawn: { ...over, faults: [] },
      checking: null,
    });
  });

  it("wakes the flows that nothing would wake any more, and no other", async () => {
    const woken = await withSession(database.url, "test", async (sql) => {
      const [sending, completed] = [await givenMessage(sql, "sending"), await givenMessage(sql, "completed")];
      const flows = {
        settled: await givenFlow(sql, sending, { delivery: "delivered" }),
        ofNobody: await givenFlow(sql, sending, {}),
        toBeSent: await givenFlow(sql, sending, { delivery: "ready" }),
        ended: await givenFlow(sql, sending, { delivery: "failed", state: "exhausted" }),
        over: await givenFlow(sql, completed, { delivery: "delivered" }),
      };
      await sql.unsafe(readMigration("0041_wake_settled_flows"));
      const rows = await sql`select user_id from flows where wake_at <= now()`;
      const userIds = rows.map((row) => row.user_id);
      return Object.entries(flows).flatMap(([name, userId]) => (userIds.includes(userId) ? [name] : []));
    });
    expect(woken).toEqual(["settled", "ofNobody"]);
  });

  it("pins the tags that what waits goes by, and notes it with each of them", async () => {
    const tenantId = randomUUID();
    const [boarder, choir, football] = [randomUUID(), randomUUID(), randomUUID()];
    const audiences = {
      scheduled: { kind: "tags", any: ["choir", "unknown"], all: [], not: ["boarder"] },
      paused: { kind: "segment", rule: { all: [{ not: { hasTag: fromUuid("tag", football) } }] } },
      completed: { kind: "tags", any: ["choir"], all: [], not: [] },
    };
    const [messages, uses] = await withSession(database.url, "test", async (sql) => {
      await sql`insert into tenants (id, code, name, time_zone, locale)
        values (${tenantId}, 'tagged', 'tagged', 'UTC', 'en')`;
      await sql`insert into tags (tenant_id, id, name) values (${tenantId}, ${boarder}, 'boarder'),
        (${tenantId}, ${choir}, 'choir'), (${tenantId}, ${football}, 'football')`;
      for (const [state, audience] of Object.entries(audiences)) {
        await sql`insert into messages (tenant_id, id, state, needs_approval, title, priority, audience, variables,
            channel_ids, content_hash)
          values (${tenantId}, ${randomUUID()}, ${state}::message_state, false, ${state}, 2,
            ${JSON.stringify(audience)}::text::jsonb, '{}', '{}', '')`;
      }
      await sql.unsafe(readMigration("0045_pinned_tags"));
      return Promise.all([
        sql`select title, audience from messages where tenant_id = ${tenantId}`,
        sql`select subject_id, title from audience_uses u join messages m on m.id = u.holder_id
          where u.tenant_id = ${tenantId} order by title`,
      ]);
    });
    expect(Object.fromEntries(messages.map(({ title, audience }) => [title, audience]))).toEqual({
      ...audiences,
      scheduled: {
        ...audiences.scheduled,
        pinned: [
          { key: boarder, name: "boarder" },
          { key: choir, name: "choir" },
        ],
      },
    });
    const named = (title: string) => uses.filter((use) => use.title === title).map((use) => use.subject_id);
    expect(named("scheduled").sort()).toEqual([boarder, choir].sort());
    expect(named("paused")).toEqual([football]);
    expect(uses).toHaveLength(3);
  });
});

const readMigration = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../migrations/${name}.sql`), "utf8");

/** A version of a plugin in each of these states, with its report. */
async function givenListings(sql: Sql, reports: Record<string, object | null>): Promise<void> {
  const registryId = randomUUID();
  await sql`insert into registries (id, kind, name, priority, public_keys)
    values (${registryId}, 'own', 'desk', 1, '{}')`;
  for (const [state, report] of Object.entries(reports)) {
    await sql`insert into plugin_packages (sha256, plugin_id, version, manifest, archive)
      values (${state}, 'a/b', ${state}, '{}', '')`;
    await sql`insert into plugin_listings (registry_id, plugin_id, version, sha256, envelope, state, report)
      values (${registryId}, 'a/b', ${state}, ${state}, '{}', ${state}, ${report && JSON.stringify(report)}::text::jsonb)`;
  }
}

async function givenRoles(sql: Sql, tenantCode: string, permissions: object[]): Promise<void> {
  const tenantId = randomUUID();
  await sql`insert into tenants (id, code, name, time_zone, locale)
    values (${tenantId}, ${tenantCode}, ${tenantCode}, 'UTC', 'en')`;
  for (const code of ["owner", "operator", "reviewer"]) {
    await sql`insert into roles (tenant_id, id, code, name, permissions)
      values (${tenantId}, ${randomUUID()}, ${code}, ${code}, ${JSON.stringify(permissions)}::text::jsonb)`;
  }
}

/** A message of a tenant of its own. */
async function givenMessage(sql: Sql, state: string): Promise<{ id: string; tenantId: string }> {
  const [tenantId, id] = [randomUUID(), randomUUID()];
  await sql`insert into tenants (id, code, name, time_zone, locale) values (${tenantId}, ${state}, ${state}, 'UTC', 'en')`;
  await sql`insert into messages (tenant_id, id, state, needs_approval, title, priority, audience, variables, channel_ids, content_hash)
    values (${tenantId}, ${id}, ${state}::message_state, false, ${state}, 2, '{"kind": "all"}', '{}', '{}', '')`;
  return { id, tenantId };
}

/** A flow that stands at its first step and has no timer; answers whose. */
async function givenFlow(
  sql: Sql,
  message: { id: string; tenantId: string },
  { delivery, state = "waiting" }: { delivery?: string; state?: string },
): Promise<string> {
  const userId = randomUUID();
  await sql`insert into flows (tenant_id, message_id, user_id, state)
    values (${message.tenantId}, ${message.id}, ${userId}, ${state}::flow_state)`;
  if (delivery === undefined) return userId;
  await sql`insert into deliveries (id, tenant_id, message_id, channel_id, user_id, step, state)
    values (nextval('delivery_ids'), ${message.tenantId}, ${message.id}, ${randomUUID()}, ${userId}, 0,
      ${delivery}::delivery_state)`;
  return userId;
}
