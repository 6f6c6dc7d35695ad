import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  BACKENDS,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";
import { WITHOUT_REDIS } from "../harness/redis.ts";

const PUPILS = 5_000;

describe.each(BACKENDS)("broadcasts, with the queue on %s", (backend) => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation({ backend });
    school = await givenSchool(installation);
    await school.addUsers(
      Array.from({ length: PUPILS }, (_, index) => ({
        userId: `p-${index}`,
        tags: index % 10 === 0 ? ["住校"] : [],
        identities: index % 100 === 99 ? [] : [{ kind: "push", address: `device-${index}` }],
      })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  it("reaches 5,000 users once each over several chunks, and says who has no address", async () => {
    const id = await school.send(messageTo({ kind: "all" }, ["courier"]));
    await school.completed(id);
    const { counts } = await school.message(id);
    expect(counts).toMatchObject({ targeted: 5000, valid: 4950, submitted: 4950, suppressed: 50, failed: 0 });
    expect(installation.vendor.effects.size).toBe(4950);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    expect(await countChunks(id)).toBeGreaterThanOrEqual(3);
  });

  it("lets nothing of another tenant into a broadcast", async () => {
    const other = await givenSchool(installation, "邻校");
    await other.addUsers([{ userId: "p-1", identities: [{ kind: "push", address: "other-device" }] }]);
    const id = await other.send(messageTo({ kind: "all" }, ["courier"]));
    await other.completed(id);
    expect(installation.vendor.calls.map(({ body }) => JSON.parse(body).items.length)).toEqual([1]);
    expect((await other.message(id)).counts).toMatchObject({ targeted: 1, submitted: 1 });
  });

  it("sends nothing more once a running broadcast is cancelled; what was under way keeps its outcome", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo({ kind: "all" }, ["courier"]));
    await school.expanded(id);
    await gate.arrived(8);
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    const [{ covered }] = await installation.books.transaction(
      ({ sql }) => sql<[{ covered: number }]>`select sum(a.delivery_count)::int as covered from attempts a
        join chunks c on c.tenant_id = a.tenant_id and c.id = a.chunk_id
        where c.message_id = ${toUuid("message", id)}`,
    );
    gate.open();
    await until(async () => (await school.message(id)).counts.cancelled === 4950 - covered);
    expect((await school.message(id)).counts).toMatchObject({ submitted: covered, suppressed: 50 });
    expect(installation.vendor.effects.size).toBe(covered);
    expect(covered).toBeLessThan(1500);
    const sent = new Set(installation.vendor.effects.keys());
    const page = await school.owner("GET", `/v1/messages/${id}/deliveries?state=cancelled&limit=100`);
    expect(page.body.items.filter((one: { id: string }) => sent.has(one.id))).toEqual([]);
    const again = await school.source("POST", `/v1/messages/${id}/cancellation`);
    expect(again.body).toMatchObject({ status: 409, code: "message-not-cancellable" });
  });

  it("keeps urgent messages and other tenants from waiting behind a broadcast", async () => {
    const other = await givenSchool(installation, "急校");
    await other.addUsers([{ userId: "one", identities: [{ kind: "webhook", address: "one" }] }]);
    installation.vendor.slowness(500);
    const broadcast = await school.send(messageTo({ kind: "all" }, ["courier"], { priority: 3 }));
    await until(() => installation.vendor.calls.length > 5);
    const urgent = await other.send(
      messageTo({ kind: "users", userIds: ["one"] }, ["hook"], { priority: 1 }),
    );
    await other.completed(urgent);
    expect((await school.message(broadcast)).state).not.toBe("completed");
    installation.vendor.slowness(0);
    await school.completed(broadcast);
  });

  it("covers an audience of several slices: every user once, in the order of none forgotten", async () => {
    const big = await givenSchool(installation, "大校");
    const tenant = toUuid("tenant", big.tenantId);
    await installation.books.transaction(
      async ({ sql }) => {
        await sql`insert into users (tenant_id, id, external_id, name)
          select ${tenant}, gen_random_uuid(), 'g-' || n, 'G' from generate_series(1, 100500) n`;
        await sql`insert into identities (tenant_id, id, user_id, kind, address, scope)
          select ${tenant}, gen_random_uuid(), id, 'push', external_id, 'all' from users
          where tenant_id = ${tenant} and (substr(external_id, 3)::int % 200) = 0`;
      },
      { deadlineMs: 15_000, statementTimeoutMs: 15_000 },
    );
    const id = await big.send(messageTo({ kind: "all" }, ["courier"]));
    await big.completed(id);
    expect((await big.message(id)).counts).toMatchObject({ targeted: 100_500, submitted: 502 });
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    expect(installation.vendor.effects.size).toBe(502);
  });

  async function countChunks(messageId: string): Promise<number> {
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from chunks
        where message_id = ${toUuid("message", messageId)}`,
    );
    return row.count;
  }
});

it.skipIf(BACKENDS.includes("redis"))(WITHOUT_REDIS, () => {
  expect(BACKENDS).toEqual(["postgres"]);
});
