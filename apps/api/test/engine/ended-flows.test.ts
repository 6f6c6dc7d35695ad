import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFlowSweep } from "../../src/modules/deliveries/upkeep/flow-sweep.ts";
import { lockDueFlows } from "../../src/modules/flows/flow.repository.ts";
import {
  expandOnce,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

const PEOPLE = ["u-1", "u-2", "u-3", "u-4", "u-5"];

let installation: Installation;
let school: School;
let policy: string;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  await school.addUsers(
    PEOPLE.map((userId) => ({ userId, identities: [{ kind: "push", address: `d-${userId}` }] })),
  );
  const { courier, mail } = school.channels;
  const steps = [
    { channelIds: [courier.id] },
    { channelIds: [mail.id], when: "undelivered", afterSeconds: 3600 },
  ];
  policy = (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", { name: "p", steps }))).id;
});
afterAll(() => installation?.stop());

/** A message whose fallbacks wait. */
async function givenWaiting(): Promise<string> {
  const id = await school.send(messageTo(users(...PEOPLE), [], { channels: undefined, policy }));
  while (await expandOnce(installation));
  expect(await countWaiting(id)).toBe(PEOPLE.length);
  return id;
}

async function countWaiting(id: string): Promise<number> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from flows
      where message_id = ${toUuid("message", id)} and state = 'waiting'`,
  );
  return row.count;
}

const cancel = (id: string) => mustSucceed(school.source("POST", `/v1/messages/${id}/cancellation`));

const givenSweep = (flowsAtOnce: number) => {
  const { dispatch, transactAsWorker: transact } = installation.foundation;
  return createFlowSweep({ dispatch, transact }, flowsAtOnce);
};

/** Does something while somebody else, as a batch that is being settled, holds a flow of the message. */
const whileOneIsHeld = (id: string, act: () => Promise<void>) =>
  installation.books.transaction(async ({ sql }) => {
    await sql`select from flows where message_id = ${toUuid("message", id)} order by user_id limit 1 for update`;
    await act();
  });

it("cancels a message while batches hold its flows", async () => {
  const id = await givenWaiting();
  await whileOneIsHeld(id, () => cancel(id));
  expect((await school.message(id)).state).toBe("cancelled");
});

it("resumes a message while batches hold its flows, and has the others judged", async () => {
  const id = await givenWaiting();
  const flows = (change: string) =>
    installation.books.transaction(
      ({ sql }) => sql<{ isDue: boolean }[]>`
        update flows set wake_at = ${sql.unsafe(change)} where message_id = ${toUuid("message", id)}
        returning wake_at <= now() as "isDue"`,
    );
  await mustSucceed(school.source("POST", `/v1/messages/${id}/pause`));
  await flows("now() + interval '5 minutes'");
  await whileOneIsHeld(id, () => mustSucceed(school.source("POST", `/v1/messages/${id}/resumption`)));
  expect((await school.message(id)).state).toBe("sending");
  const dueCount = (await flows("wake_at")).filter(({ isDue }) => isDue).length;
  expect(dueCount).toBe(PEOPLE.length - 1);
});

it("ends the flows of a cancelled message a slice a round, and goes on after a crash", async () => {
  const id = await givenWaiting();
  await cancel(id);
  const sweep = givenSweep(2);
  expect(await sweep.run()).toBe(true);
  expect(await countWaiting(id)).toBe(3);

  const other = givenSweep(2);
  while (await other.run());
  expect(await countWaiting(id)).toBe(0);
  expect(await givenSweep(2).run()).toBe(false);
});

it("comes back for a flow that somebody holds", async () => {
  const id = await givenWaiting();
  await cancel(id);
  const sweep = givenSweep(10);
  await whileOneIsHeld(id, async () => {
    await sweep.run();
    expect(await countWaiting(id)).toBe(1);
  });
  await until(async () => {
    await sweep.run();
    return (await countWaiting(id)) === 0;
  });
});

it("takes no flow of an ended message for a waiting one", async () => {
  const id = await givenWaiting();
  await cancel(id);
  const due = { tenantId: school.tenantId, messageId: id };
  const states = await installation.foundation.transactAsWorker(due, async (tx) => {
    await tx.sql`update flows set wake_at = '-infinity' where message_id = ${toUuid("message", id)}`;
    return (await lockDueFlows(tx, due, 10)).map(({ state }) => state);
  });
  expect(states).toEqual(PEOPLE.map(() => "exhausted"));

  const preview = await mustSucceed<{ deliveryCount: number }>(
    school.operator("GET", `/v1/messages/${id}/replay`),
  );
  expect(preview).toMatchObject({ deliveryCount: PEOPLE.length });
});
