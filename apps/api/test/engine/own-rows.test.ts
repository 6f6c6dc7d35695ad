import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
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
      ) t where name in ('messages', 'chunks', 'deliveries', 'attempts', 'sent_contents')
      group by name`;
    return {
      updated: rows.find(({ name }) => name === "chunks")?.updated ?? 0,
      entries: Object.fromEntries(rows.map(({ name, entries }) => [name, entries])),
    };
  });
}

/** `most` entries of a table's indexes that a message costs on its whole way. A walk through half of them costs two hundred. */
it.each([
  // A chunk that is begun where it is made is updated once, at its end.
  { way: "short", options: {}, updates: 1, most: 35 },
  // Another is claimed and begun, and has its attempt opened; on a busy machine the loops look several times for each.
  { way: "long", options: { deduplicateSeconds: 60 }, updates: 4, most: 150 },
])(
  "a message that goes the $way way costs the same reading however many there were before",
  async (given) => {
    const { options, updates, most } = given;
    const to = (address: string) => ({ kind: "addresses", addresses: [{ address }] });
    const before = await readEntries();
    const ids: string[] = [];
    while (ids.length < MESSAGES) ids.push(await school.send(messageTo(to(newPhone()), ["sms"], options)));
    // Who asks for the messages reads them as well.
    await until(async () => (await readEntries()).updated >= before.updated + updates * MESSAGES);
    await school.allCompleted(ids);
    const { entries } = await readEntries();
    for (const [table, count] of Object.entries(entries)) {
      expect((count - (before.entries[table] ?? 0)) / MESSAGES, table).toBeLessThan(most);
    }
  },
);

/** Of whom a class is a few, and how many entries reading them may cost: several for each, and none for the others. */
const PUPILS = 5_000;
const CLASSMATES = 10;
const MOST_USER_ENTRIES = 500;

it("a message to few reads those, however many others there are", async () => {
  const tenant = toUuid("tenant", school.tenantId);
  await installation.books.transaction(
    ({ sql }) => sql`insert into users (tenant_id, id, external_id, name)
      select ${tenant}, gen_random_uuid(), 'other-' || n, '同学' from generate_series(1, ${PUPILS}) n`,
  );
  const { id: departmentId } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/departments", { name: "三班", code: "c3" }),
  );
  await school.addUsers(
    Array.from({ length: CLASSMATES }, (_, index) => ({
      userId: `mate-${index}`,
      tags: ["三班"],
      departments: ["c3"],
      identities: [{ kind: "push", address: `device-${index}` }],
    })),
  );
  const audiences = [
    { kind: "tags", any: ["三班"] },
    { kind: "departments", departmentIds: [departmentId] },
  ];
  for (const audience of audiences) {
    const before = await readUserEntries();
    const id = await school.send(messageTo(audience, ["courier"]));
    await school.completed(id);
    expect((await school.message(id)).counts).toMatchObject({ targeted: CLASSMATES, submitted: CLASSMATES });
    await until(async () => (await readUserEntries()) > before);
    expect((await readUserEntries()) - before, audience.kind).toBeLessThan(MOST_USER_ENTRIES);
  }
});

async function readUserEntries(): Promise<number> {
  return installation.books.transaction(async ({ sql }) => {
    const [row] = await sql<[{ entries: number }]>`
      select (idx_tup_fetch + seq_tup_read)::int as entries from pg_stat_user_tables where relname = 'users'`;
    return row.entries;
  });
}
