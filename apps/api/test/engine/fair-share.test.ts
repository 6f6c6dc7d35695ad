import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { claimChunks, listLanes } from "../../src/modules/deliveries/dispatch/claim.repository.ts";
import { FairShare } from "../../src/modules/deliveries/dispatch/fair-share.rules.ts";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  type School,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";

let installation: Installation;
let big: School;
let small: School;
beforeAll(async () => {
  installation = await startInstallation({
    engine: false,
    limits: { inFlightLimits: { perTenant: 4_000, perChannel: 4_000, inAll: 100_000 } },
  });
  big = await givenSchool(installation, "大学");
  small = await givenSchool(installation, "小学");
});
afterAll(() => installation?.stop());

const addresses = (count: number, prefix: string) => ({
  kind: "addresses",
  addresses: Array.from({ length: count }, (_, index) => ({ address: `${prefix}-${index}` })),
});

it("sends a newcomer's message, and the tenant's own by another channel, while a backlog holds all that one tenant may hold", async () => {
  const backlog: string[] = [];
  for (let index = 0; index < 6; index++) {
    backlog.push(await big.send(messageTo(addresses(1_000, `big-${index}`), ["courier"])));
  }
  const { vendor } = installation;
  const gate = vendor.hold();
  const engine = await installation.startEngine();
  await gate.arrived(4);
  const id = await small.send(messageTo(addresses(1, "small"), ["courier"]));
  await until(() => vendor.calls.some(({ body }) => body.includes("small-0")));
  const code = { kind: "addresses", addresses: [{ address: newPhone() }] };
  const codeId = await big.send(messageTo(code, ["sms"]));
  // Sooner than the calls that are held come to their time limit.
  await until(async () => (await big.message(codeId)).state === "completed", { timeoutMs: 15_000 });
  const begun = new Set(vendor.calls.flatMap(({ body }) => /big-\d/.exec(body) ?? []));
  expect(begun.size).toBeLessThanOrEqual(4);
  gate.open();
  await small.completed(id);
  await big.allCompleted(backlog);
  await expectNothingLost(installation);
  await engine.stop();
});

it("claims in shares of deliveries, and never walks through the backlog of one tenant", async () => {
  const id = await big.send(messageTo(addresses(1, "plan"), ["courier"]));
  const other = await small.send(messageTo(addresses(1, "plan"), ["courier"], { priority: 3 }));
  await expandOnce(installation);
  const [tenant, message] = [toUuid("tenant", big.tenantId), toUuid("message", id)];
  await installation.books.transaction(async ({ sql }) => {
    await sql`insert into chunks (tenant_id, message_id, channel_id, step, priority, first_id, last_id, delivery_count)
      select ${tenant}, ${message}, ${toUuid("channel", big.channels.courier.id)}, 0, 2, -n, -n, 1
      from generate_series(1, 100000) n`;
  });
  await installation.books.transaction(({ sql }) => sql`analyze chunks`);
  const { dispatch } = installation.foundation;
  const touched = await dispatch.transaction(async (tx) => {
    const read = async () => {
      const [row] = await tx.sql<[{ touched: string }]>`
        select (idx_tup_fetch + seq_tup_read)::text as touched from pg_stat_xact_user_tables where relname = 'chunks'`;
      return Number(row.touched);
    };
    const before = await read();
    const lanes = await listLanes(tx, 64);
    expect(lanes.map(({ priority }) => priority)).toEqual(expect.arrayContaining([2, 3]));
    return (await read()) - before;
  });
  // Two or three lanes: a probe for each and their heads. A walk would touch a hundred thousand.
  expect(touched).toBeLessThan(1_000);
  const claims = await dispatch.transaction(async (tx) => {
    const lanes = await listLanes(tx, 64);
    return claimChunks(
      tx,
      new FairShare({ perTenant: 20, perChannel: 20, inAll: 1_000 }).choose(lanes, [], 64).chunks,
    );
  });
  expect(claims.filter(({ tenantId }) => tenantId === big.tenantId)).toHaveLength(20);
  expect(claims.filter(({ tenantId }) => tenantId === small.tenantId)).toHaveLength(1);
  await installation.books.transaction(({ sql }) => sql`delete from chunks where first_id < 0`);
  // The joins that check the books are planned by what was counted last, and must not expect a hundred thousand.
  await installation.books.transaction(({ sql }) => sql`analyze chunks`);
  await timePasses(installation, 61);
  await installation.startEngine();
  await big.allCompleted([id, other]);
  await expectNothingLost(installation);
});
