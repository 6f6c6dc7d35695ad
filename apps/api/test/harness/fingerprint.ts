import { toUuid } from "@tidings/db";
import { expect } from "vitest";
import type { School } from "./school.ts";

/** Rewritten on the engine's own account while nobody does anything: compaction moves counts between them. */
const RESTLESS = ["statistics_deltas", "message_totals", "statistics_hourly"];
/** Noted when the tenant itself reads: when a key and a session were last used. */
const RESTLESS_COLUMNS = ["used_at"];

/** A digest of all rows of a tenant, by table: a trace of somebody else's doing changes it. */
async function fingerprintOf({ installation, tenantId }: School): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  await installation.books.transaction(async ({ sql }) => {
    const tables = await sql<{ name: string }[]>`
      select c.table_name as name from information_schema.columns c join information_schema.tables t
        on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
      where c.table_schema = 'public' and c.column_name = 'tenant_id' order by 1`;
    for (const { name } of tables.filter((table) => !RESTLESS.includes(table.name))) {
      const [row] = await sql`
        select count(*) || ' ' || coalesce(md5(string_agg(row, '|' order by row)), '') as print
        from (select (to_jsonb(t) - ${RESTLESS_COLUMNS}::text[])::text as row from ${sql(name)} t
          where tenant_id = ${toUuid("tenant", tenantId)}) rows`;
      prints[name] = row?.print;
    }
  });
  return prints;
}

/** Whatever is done changes not one row of the school. */
export async function leavingNoTrace(school: School, doing: () => Promise<void>): Promise<void> {
  const before = await fingerprintOf(school);
  await doing();
  expect(await fingerprintOf(school)).toEqual(before);
}
