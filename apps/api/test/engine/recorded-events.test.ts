import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  createCallbackSweeper,
  createEventSweeper,
  recordEvents,
} from "../../src/modules/callbacks/index.ts";
import {
  callWithKey,
  expectNothingLost,
  givenEndpoint,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  releaseQueue,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { addInbox, notice, tokenFor } from "./inbox-scene.ts";
import { givenTelegraph } from "./telegraph.ts";

/*
 * What is recorded for the endpoint of a source. That nothing is left out, and nothing made up, is also looked at behind
 * every test of the scenes that have an endpoint: see `the events differ from the rows` of the harness' ledger.
 */

let installation: Installation;
let school: School;
let endpoint: string;
beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  endpoint = await givenEndpoint(installation, school);
});
afterEach(() => expectNothingLost(installation));

const query = <Row extends object>(text: string) =>
  installation.books.transaction(({ sql }) => sql.unsafe<Row[]>(text));

/** What is recorded of a message's deliveries, in the order of what they are called. */
async function eventsOf(messageId: string, of = endpoint): Promise<string[]> {
  const rows = await query<{ type: string }>(`select type::text from callback_events
    where message_id = '${toUuid("message", messageId)}' and endpoint_id = '${of}' order by type::text`);
  return rows.map(({ type }) => type);
}

let nextUser = 0;
async function givenUser(): Promise<string> {
  const userId = `u-${nextUser++}`;
  await school.addUsers([{ userId, identities: [{ kind: "push", address: userId }] }]);
  return userId;
}

const push = (ref: string, type: string, eventId = `${type}-${ref}`) =>
  school.pushReceipt(school.channels.courier, { events: [{ eventId, type, at: Date.now(), ref }] });

async function givenAccepted(): Promise<{ id: string; ref: string }> {
  const id = await school.send(messageTo(users(await givenUser()), ["courier"]));
  await school.completed(id);
  return { id, ref: (await school.timelineOf(id)).id };
}

it("are the steps of a delivery's way, each once, however often and out of turn receipts come", async () => {
  const { id, ref } = await givenAccepted();
  expect(await eventsOf(id)).toEqual(["accepted"]);
  await push(ref, "undelivered");
  expect(await eventsOf(id)).toEqual(["accepted", "undelivered"]);
  await push(ref, "read");
  await push(ref, "read");
  await push(ref, "delivered");
  await push(ref, "undelivered", "once more");
  expect(await eventsOf(id)).toEqual(["accepted", "delivered", "read", "undelivered"]);
  await Promise.all(["a", "b", "c"].map((eventId) => push(ref, "clicked", eventId)));
  expect(await eventsOf(id)).toEqual(["accepted", "clicked", "delivered", "read", "undelivered"]);
});

it("say when it happened, and why", async () => {
  const { id, ref } = await givenAccepted();
  await school.pushReceipt(school.channels.courier, {
    events: [{ eventId: `gone-${ref}`, type: "undelivered", at: Date.now(), ref, code: "no_device" }],
  });
  const { acceptedAt } = await school.timelineOf(id);
  const rows = await query<{ type: string; happened_at: Date; reason: string | null }>(
    `select type::text, happened_at, reason from callback_events
     where message_id = '${toUuid("message", id)}' and endpoint_id = '${endpoint}' order by type::text`,
  );
  expect(rows).toEqual([
    { type: "accepted", happened_at: new Date(acceptedAt ?? ""), reason: null },
    { type: "undelivered", happened_at: expect.any(Date), reason: "no_device" },
  ]);
});

it("are those of arrival at once where the host itself keeps it, and of the user's reading", async () => {
  await addInbox(school);
  const user = await givenUser();
  const id = await school.send(messageTo(users(user), ["inbox"], notice()));
  await school.completed(id);
  expect(await eventsOf(id)).toEqual(["accepted", "delivered"]);
  const asUser = callWithKey(installation, await tokenFor(user, {}, school));
  await mustSucceed(asUser("POST", "/v1/inbox/readings"));
  expect(await eventsOf(id)).toEqual(["accepted", "delivered", "read"]);
});

it("tell of what is not sent: refused, suppressed, cancelled, expired", async () => {
  const [refused, left] = [await givenUser(), await givenUser()];
  installation.vendor.answer(({ refs }) => ({
    status: 200,
    body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "no_device"])) }),
  }));
  const failing = await school.send(messageTo(users(refused, "nobody"), ["courier"]));
  await school.completed(failing);
  expect(await eventsOf(failing)).toEqual(["failed", "suppressed"]);
  await holdQueue(installation);
  const [cancelled, expired, suppressed] = [
    await school.send(messageTo(users(left), ["courier"])),
    await school.send(messageTo(users(left), ["courier"], { ttlSeconds: 600 })),
    await school.send(messageTo(users(refused), ["courier"])),
  ];
  for (const id of [cancelled, expired, suppressed]) await school.expanded(id);
  await mustSucceed(school.source("POST", `/v1/messages/${cancelled}/cancellation`));
  expect(await eventsOf(cancelled)).toEqual(["cancelled"]);
  await mustSucceed(school.owner("POST", "/v1/suppressions", { userId: refused }));
  await timePasses(installation, 601);
  await releaseQueue(installation);
  for (const id of [expired, suppressed]) await school.completed(id);
  expect(await eventsOf(expired)).toEqual(["expired"]);
  expect(await eventsOf(suppressed)).toEqual(["suppressed"]);
});

it("tell that nobody knew, and what was found out in the end, up to the recall", async () => {
  const telegraph = await givenTelegraph(school);
  telegraph.behave({ sending: () => "cut" });
  const id = await telegraph.send(await givenUser());
  await school.reaches(id, "unknown");
  expect(await eventsOf(id)).toEqual(["unknown"]);
  telegraph.behave({});
  await until(async () => {
    await timePasses(installation, 60);
    return (await school.timelineOf(id)).state === "accepted";
  });
  await mustSucceed(school.source("POST", `/v1/messages/${id}/recall`));
  await school.reaches(id, "recalled");
  expect(await eventsOf(id)).toEqual(["accepted", "recalled", "unknown"]);
});

it("are for the message's own source, of the types that its endpoint names, while it is on", async () => {
  const neighbour = await givenSchool(installation, "邻校");
  const { id: otherSourceId } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/sources", { code: "library", name: "图书馆" }),
  );
  const [strange, other, narrow, off] = [
    await givenEndpoint(installation, neighbour),
    await givenEndpoint(installation, { ...school, sourceId: otherSourceId }),
    await givenEndpoint(installation, school, ["read", "failed"]),
    await givenEndpoint(installation, school),
  ];
  await query(`update callback_endpoints set state = 'off' where id = '${off}'`);
  const { id, ref } = await givenAccepted();
  await push(ref, "read");
  expect(await eventsOf(id)).toEqual(["accepted", "delivered", "read"]);
  expect(await eventsOf(id, narrow)).toEqual(["read"]);
  for (const silent of [strange, other, off]) expect(await eventsOf(id, silent)).toEqual([]);
});

it("leave out what happened before the endpoint was made, and what is so old that it was forgotten", async () => {
  const { id, ref } = await givenAccepted();
  const late = await givenEndpoint(installation, school);
  await query(`update callback_endpoints set created_at = now(), updated_at = now() where id = '${late}'`);
  await push(ref, "delivered");
  expect(await eventsOf(id, late)).toEqual(["delivered"]);
  const old = await givenAccepted();
  await query(`delete from callback_events where message_id = '${toUuid("message", old.id)}'`);
  await query(
    `update callback_endpoints set created_at = now() - interval '40 days' where id = '${endpoint}'`,
  );
  await query(`update deliveries set accepted_at = now() - interval '31 days'
    where message_id = '${toUuid("message", old.id)}'`);
  await push(old.ref, "delivered");
  expect(await eventsOf(old.id)).toEqual(["delivered"]);
  await query(`update deliveries set accepted_at = now() - interval '1 hour'
    where message_id = '${toUuid("message", old.id)}'`);
  await query(`update callback_endpoints set updated_at = now() where id = '${endpoint}'`);
});

it("are gone with the transaction that was rolled back", async () => {
  const { id, ref } = await givenAccepted();
  const tenant = toUuid("tenant", school.tenantId);
  const rolledBack = installation.foundation.worker.withTenant(tenant, async (tx) => {
    const [row] = await tx.sql<[{ id: string }]>`
      update deliveries set state = 'delivered', delivered_at = now(), changed_at = now()
      where tenant_id = ${tenant} and message_id = ${toUuid("message", id)} returning id`;
    await recordEvents(tx, tenant, [row.id]);
    const [{ count }] = await tx.sql<[{ count: number }]>`
      select count(*)::int as count from callback_events where tenant_id = ${tenant} and delivery_id = ${row.id}
        and endpoint_id = ${endpoint}`;
    expect(count).toBeGreaterThan(0);
    throw new Error("rolled back");
  });
  await expect(rolledBack).rejects.toThrow("rolled back");
  expect(await eventsOf(id)).not.toContain("delivered");
  await push(ref, "delivered");
  expect(await eventsOf(id)).toContain("delivered");
});

it("cost nobody anything who has no endpoint that is on", async () => {
  const { foundation } = installation;
  const quiet = await givenSchool(installation, "无人听");
  const tenant = toUuid("tenant", quiet.tenantId);
  const listens = () => foundation.api.withTenant(tenant, async (tx) => tx.hasListeners);
  expect(await listens()).toBe(false);
  const made = await givenEndpoint(installation, quiet);
  expect(await listens()).toBe(true);
  await query(`update callback_endpoints set state = 'off' where id = '${made}'`);
  await until(async () => !(await listens()));
});

it("are kept for thirty days, and until they are told or given up; those of an endpoint that is gone are not", async () => {
  const { dispatch, transactAsWorker } = installation.foundation;
  const sweeper = createEventSweeper({ dispatch, transact: transactAsWorker });
  const sweep = () => until(async () => !(await sweeper.run()));
  const tenant = `'${toUuid("tenant", school.tenantId)}'`;
  const record = (name: number, days: number, callback = "null", of = `'${endpoint}'`) =>
    query(`insert into callback_events (tenant_id, endpoint_id, delivery_id, type, message_id, happened_at, recorded_at,
        callback_id)
      values (${tenant}, ${of}, ${name}, 'accepted', uuidv7(), now(), now() - interval '${days} days', ${callback})`);
  const call = async (state: string) => {
    const [row] = await query<{
      id: string;
    }>(`insert into callbacks (tenant_id, id, endpoint_id, state, event_count, ends_at)
      values (${tenant}, uuidv7(), '${endpoint}', '${state}', 1, now()) returning id`);
    return `'${row?.id}'`;
  };
  const kept = async () =>
    (
      await query<{ name: string }>(
        `select delivery_id as name from callback_events where tenant_id = ${tenant} order by delivery_id`,
      )
    ).map(({ name }) => Number(name));
  await record(1, 31, await call("delivered"));
  await record(2, 31, await call("dead"));
  await record(3, 31, await call("waiting"));
  await record(4, 31);
  await record(5, 29, await call("delivered"));
  await record(6, 31, "uuidv7()");
  await record(7, 0, "null", "uuidv7()");
  await sweep();
  expect(await kept()).toEqual([2, 3, 4, 5]);
  await query(`update callback_endpoints set state = 'disabled' where id = '${endpoint}'`);
  await query(`delete from callbacks where tenant_id = ${tenant}`);
  await sweep();
  expect(await kept()).toEqual([5]);
  await query(`delete from callback_endpoints where id = '${endpoint}'`);
  await sweep();
  expect(await kept()).toEqual([]);
});

it("are told by calls that are kept for thirty days after they are over, whatever was replayed among them", async () => {
  const { dispatch, transactAsWorker } = installation.foundation;
  const sweeper = createCallbackSweeper({ dispatch, transact: transactAsWorker });
  const tenant = `'${toUuid("tenant", school.tenantId)}'`;
  const call = (name: number, state: string, madeDaysAgo: number, overDaysAgo: number) =>
    query(`insert into callbacks (tenant_id, id, endpoint_id, state, event_count, ends_at, created_at, ended_at)
      values (${tenant}, uuidv7(), '${endpoint}', '${state}', ${name}, now(), now() - interval '${madeDaysAgo} days',
        now() - interval '${overDaysAgo} days')`);
  await call(1, "delivered", 50, 5);
  await call(2, "delivered", 49, 31);
  await call(3, "delivered", 48, 10);
  await call(4, "delivered", 40, 40);
  await call(5, "dead", 45, 3);
  await call(6, "dead", 40, 39);
  await call(7, "dead", 30, 29);
  await call(8, "delivered", 29, 29);
  await until(async () => !(await sweeper.run()));
  const left = await query<{ name: number }>(
    `select event_count as name from callbacks where tenant_id = ${tenant} order by name`,
  );
  expect(left.map(({ name }) => name)).toEqual([1, 3, 5, 7, 8]);
  await query(`delete from callbacks where tenant_id = ${tenant}`);
});
