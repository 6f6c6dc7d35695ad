import { type Tx, toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepAndApply, NIL_UUID } from "../../src/modules/deliveries/index.ts";
import { applyWaiting } from "../../src/modules/deliveries/receipts/receipt.repository.ts";
import { listTenantsWithWaitingReceipts } from "../../src/modules/deliveries/upkeep/sweep.repository.ts";
import { givenSchool, type Installation, messageTo, startInstallation, users } from "../harness/index.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

it("applies a receipt that came before our commit, however many of strangers came behind it", async () => {
  const school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "u-1" }] }]);
  const { courier } = school.channels;
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await gate.arrived(1);
  const { id: ref } = await school.timelineOf(id);
  const early = { eventId: "early", type: "delivered", at: Date.now(), ref };
  expect((await school.pushReceipt(courier, { events: [early] })).status).toBe(200);
  await installation.books.transaction(
    ({ sql }) => sql`insert into receipts (tenant_id, channel_id, event_id, type, target, happened_at)
      select ${toUuid("tenant", school.tenantId)}, ${toUuid("channel", courier.id)}, 'stranger-' || n, 'delivered',
        '{"vendorId": "stranger"}', now() from generate_series(1, 4500) n`,
  );
  gate.open();
  await school.reaches(id, "delivered");
});

it("comes to every tenant with receipts that wait, however many there are", async () => {
  await installation.books.transaction(
    ({ sql }) => sql`insert into receipts (tenant_id, channel_id, event_id, type, target, happened_at)
      select gen_random_uuid(), gen_random_uuid(), 'stranger', 'delivered', '{"vendorId": "stranger"}', now()
      from generate_series(1, 7) n`,
  );
  const found: string[] = [];
  let after: string | undefined = NIL_UUID;
  while (after !== undefined) {
    const behind: string = after;
    const { tenantIds, goOnAfter } = await installation.foundation.dispatch.transaction((tx) =>
      listTenantsWithWaitingReceipts(tx, behind, 3),
    );
    found.push(...tenantIds);
    after = goOnAfter;
  }
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`
      select count(distinct tenant_id)::int as count from receipts where applied_at is null`,
  );
  expect(found).toHaveLength(row.count);
  expect(new Set(found).size).toBe(row.count);
});

/** How many of each there are, and how many entries of indexes may be read for a few. */
const MANY = 3_000;
const MOST_ENTRIES = 300;

it("looks at no receipts that have been applied, or wait for other tenants", async () => {
  const { books, foundation } = installation;
  const { tenantId } = await givenSchool(installation);
  const give = (tenant: string, word: string, count: number) =>
    books.transaction(
      ({
        sql,
      }) => sql`insert into receipts (tenant_id, channel_id, event_id, type, target, happened_at, applied_at)
        select ${tenant}, ${tenant}, ${word} || n, 'delivered', '{"vendorId": "stranger"}', now(),
          case when ${word} = 'applied' then now() end
        from generate_series(1, ${count}::int) n`,
    );
  const [other] = await books.transaction(({ sql }) => sql<[{ id: string }]>`select gen_random_uuid() as id`);
  await give(other.id, "waiting", MANY);
  await give(toUuid("tenant", tenantId), "applied", MANY);
  await give(toUuid("tenant", tenantId), "waiting", 10);
  await books.transaction(({ sql }) => sql`analyze receipts`);
  const ofTenant = await foundation.transactAsWorker({ tenantId }, (tx) =>
    entriesOf(tx, () => applyWaiting(tx, tenantId)),
  );
  expect(ofTenant).toBeLessThan(MOST_ENTRIES);
  const ofAll = await foundation.dispatch.transaction((tx) =>
    entriesOf(tx, async () => {
      const { tenantIds } = await listTenantsWithWaitingReceipts(tx, NIL_UUID);
      expect(tenantIds).toContain(tenantId);
    }),
  );
  expect(ofAll).toBeLessThan(MOST_ENTRIES);
});

it("looks at no other receipts of the channel when some are pushed", async () => {
  const { books, foundation } = installation;
  const school = await givenSchool(installation);
  const { courier } = school.channels;
  const [tenant, channel] = [toUuid("tenant", school.tenantId), toUuid("channel", courier.id)];
  // The planner believes that the tenant has none.
  await books.transaction(({ sql }) => sql`analyze receipts`);
  await books.transaction(
    ({ sql }) => sql`
      insert into receipts (tenant_id, channel_id, event_id, type, target, happened_at, delivery_id, applied_at)
      select ${tenant}, ${channel}, 'kept-' || n, 'delivered', '{}', now(), n, now()
      from generate_series(1, ${MANY}::int) n`,
  );
  const pushed = Array.from({ length: 10 }, (_, n) => ({
    eventId: `kept-${n}`,
    type: "delivered" as const,
    at: Date.now(),
  }));
  for (const transact of [foundation.transact, foundation.transactAsWorker]) {
    const entries = await transact({ tenantId: school.tenantId }, (tx) =>
      entriesOf(tx, () => keepAndApply(tx, school.tenantId, courier.id, pushed, "vendor")),
    );
    expect(entries).toBeLessThan(MOST_ENTRIES);
  }
});

/** Rows and entries of indexes that the work reads of the receipts. */
async function entriesOf(tx: Pick<Tx, "sql">, work: () => Promise<unknown>): Promise<number> {
  // The connection's count begins with what it read for others before and has not reported yet.
  const before = await readEntries(tx);
  await work();
  return (await readEntries(tx)) - before;
}

async function readEntries({ sql }: Pick<Tx, "sql">): Promise<number> {
  const [row] = await sql<[{ entries: number }]>`
    select sum(pg_stat_get_xact_tuples_returned(id))::int as entries
    from (
      select 'receipts'::regclass as id
      union all select indexrelid from pg_index where indrelid = 'receipts'::regclass
    ) relations`;
  return row.entries;
}
