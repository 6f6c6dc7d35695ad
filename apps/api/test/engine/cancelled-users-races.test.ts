import { toUuid } from "@tidings/db";
import { expect, it } from "vitest";
import { cancelForUsers } from "../../src/modules/deliveries/index.ts";
import {
  holdQueue,
  messageTo,
  mustSucceed,
  releaseQueue,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import {
  flowOf,
  givenFallbackScene,
  givenUser,
  installation,
  mailsTo,
  school,
  sendWith,
  stepsOf,
} from "./fallback-scene.ts";

/* A message is cancelled for a user at the very moment at which something is made for, or sent to, that user. */

givenFallbackScene();

const cancelFor = (id: string, userId: string) =>
  mustSucceed<object>(school.source("POST", `/v1/messages/${id}/cancelled-users`, { userIds: [userId] }));

const statesOf = async (id: string, userId: string) =>
  (await school.deliveriesOf(id))
    .filter(({ user }) => user?.userId === userId)
    .map(({ step, state }) => `${step} ${state}`)
    .sort();

async function countWaiting(): Promise<number> {
  const rows = await installation.books.transaction(
    ({ sql }) => sql`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}

/** How often the courier was asked to bring something to the address. */
const couriered = (address: string) =>
  installation.vendor.calls
    .flatMap(({ body }): { to: string }[] => JSON.parse(body).items ?? [])
    .filter(({ to }) => to === address).length;

const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text));

/** Any number that nothing else locks. */
const GATE = 4_711;

/** Does something while whoever makes deliveries of a step is held up behind having made them. */
async function whileMaking(step: number, begin: () => Promise<unknown>, act: () => Promise<unknown>) {
  await query(`create function wait_at_gate() returns trigger language plpgsql as $$ begin
      if exists(select from made where step = ${step}) then perform pg_advisory_xact_lock_shared(${GATE}); end if;
      return null; end $$;
    create trigger gate after insert on deliveries referencing new table as made
      for each statement execute function wait_at_gate()`);
  const acting = await installation.books.transaction(async ({ sql }) => {
    await sql`select pg_advisory_xact_lock(${GATE})`;
    await begin();
    await until(async () => (await countWaiting()) > 0);
    const acting = act();
    await Promise.race([acting, until(async () => (await countWaiting()) > 1)]);
    return [acting];
  });
  await Promise.all(acting);
  await query("drop function wait_at_gate cascade");
}

it.each([
  { name: "together with others", rest: {} },
  { name: "by itself", rest: { deduplicateSeconds: 60 } },
  { name: "slice by slice", tag: "sliced", rest: {} },
])("sends nothing to a user whose delivery is just being made, $name", async ({ rest, tag }) => {
  const [one, two] = [await givenUser(), await givenUser()];
  const tagged = { kind: "tags", any: [tag], all: [], not: [] };
  if (tag) {
    const ofUser = (userId: string) => ({
      userId,
      tags: [tag],
      identities: [{ kind: "push", address: userId }],
    });
    await school.addUsers([one, two].map(ofUser));
  }
  let id = "";
  const send = async () => {
    id = await school.send(messageTo(tag ? tagged : users(one, two), ["courier"], rest));
  };
  await holdQueue(installation);
  await whileMaking(0, send, () => cancelFor(id, one));
  await school.expanded(id);
  expect(await statesOf(id, one)).toEqual(["0 cancelled"]);
  await releaseQueue(installation);
  await school.completed(id);
  expect(await statesOf(id, two)).toEqual(["0 accepted"]);
  expect([couriered(one), couriered(two)]).toEqual([0, 1]);
});

it("takes no step for a user for whom it is just being made", async () => {
  const [one, two] = [await givenUser(), await givenUser()];
  const id = await sendWith("undelivered", one, two);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,0 accepted");
  await whileMaking(
    1,
    () => timePasses(installation, 301),
    () => cancelFor(id, one),
  );
  await until(async () => (await statesOf(id, one)).join() === "0 accepted,1 cancelled");
  await school.completed(id);
  expect(mailsTo(one)).toHaveLength(0);
  expect(mailsTo(two)).toHaveLength(1);
  expect(await flowOf(one)).toMatchObject({ state: "exhausted" });
});

it("sends nothing to a user whose chunk has just been read to be sent", async () => {
  const [one, two] = [await givenUser(), await givenUser()];
  await holdQueue(installation);
  const id = await school.send(messageTo(users(one, two), ["courier"]));
  await school.expanded(id);
  await installation.foundation.transact({ tenantId: school.tenantId }, async (tx) => {
    await cancelForUsers(tx, school.tenantId, id, []);
    await releaseQueue(installation);
    // A worker stands at the lock of cancellations.
    await until(async () => (await countWaiting()) > 0);
    await cancelForUsers(tx, school.tenantId, id, [await keyOf(one)]);
  });
  await school.completed(id);
  expect(await statesOf(id, one)).toEqual(["0 cancelled"]);
  expect(await statesOf(id, two)).toEqual(["0 accepted"]);
  expect([couriered(one), couriered(two)]).toEqual([0, 1]);
});

it("ends a flow that somebody else holds as soon as it is let go", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await school.reaches(id, "accepted");
  await installation.books.transaction(async ({ sql }) => {
    await sql`select from flows where message_id = ${toUuid("message", id)} for update`;
    await cancelFor(id, userId);
    expect(await flowOf(userId)).toMatchObject({ state: "waiting" });
  });
  await school.completed(id);
  expect(await flowOf(userId)).toMatchObject({ state: "exhausted", step: 0 });
});

async function keyOf(userId: string): Promise<string> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ id: string }]>`select id from users
      where tenant_id = ${toUuid("tenant", school.tenantId)} and external_id = ${userId}`,
  );
  return row.id;
}
