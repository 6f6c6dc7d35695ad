import { afterAll, beforeAll, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

/*
 * The worker's statements are planned once a connection (ADR 32), often when tables are empty. What they read of them must
 * not grow with what is there.
 */
const MESSAGES = 400;
/** Entries of its indexes that a message costs at most, on its whole way. A walk through half of them costs two hundred. */
const MOST_ENTRIES = 35;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

/** Entries read of the indexes of each table so far; a server's process tells them once a second. */
async function readEntries(): Promise<{ updated: number; entries: Record<string, number> }> {
  return installation.books.transaction(async ({ sql }) => {
    const rows = await sql<{ name: string; entries: number; updated: number }[]>`
      select name, sum(read)::int as entries, sum(updated)::int as updated
      from (
        select regexp_replace(t.relname, '_m[0-9]+$', '') as name, t.n_tup_upd as updated,
          -- What looks over all that is under way reads that as often as it runs.
          (select sum(idx_tup_read) from pg_stat_user_indexes i
            where i.relid = t.relid and i.indexrelname <> 'chunks_leased') as read
        from pg_stat_user_tables t
      ) t where name in ('messages', 'chunks', 'deliveries', 'attempts') group by name`;
    return {
      updated: rows.find(({ name }) => name === "chunks")?.updated ?? 0,
      entries: Object.fromEntries(rows.map(({ name, entries }) => [name, entries])),
    };
  });
}

it("a message costs the same reading however many there were before", async () => {
  const to = (address: string) => ({ kind: "addresses", addresses: [{ address }] });
  const ids: string[] = [];
  while (ids.length < MESSAGES) ids.push(await school.send(messageTo(to(newPhone()), ["sms"])));
  await school.allCompleted(ids);
  // Each is begun, its attempt opened, and ended.
  await until(async () => (await readEntries()).updated >= 3 * MESSAGES);
  const { entries } = await readEntries();
  for (const [table, count] of Object.entries(entries)) {
    expect(count / MESSAGES, table).toBeLessThan(MOST_ENTRIES);
  }
});
