import { createClient, type ListDeliveriesData } from "@tidings/sdk";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

type Filter = NonNullable<ListDeliveriesData["query"]>;

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers([
    ...["a", "b", "c"].map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
    { userId: "without-address" },
  ]);
});
afterAll(() => installation?.stop());

it("lists exactly the deliveries that each number of the funnel counts", async () => {
  const id = await school.send(messageTo(users("a", "b", "c", "without-address"), ["courier"]));
  await school.completed(id);
  const [a, b] = (await school.deliveriesOf(id)).filter(({ user }) => user?.userId !== "without-address");
  const at = Date.now();
  const events = [
    { eventId: "read-a", type: "read", at, ref: a?.id },
    { eventId: "gone-b", type: "undelivered", at, ref: b?.id },
  ];
  await school.pushReceipt(school.channels.courier, { events });

  const client = createClient({ baseUrl: installation.publicUrl, apiKey: school.apiKey });
  const message = await client.getMessage({ path: { messageId: id } });
  const listed = async (query: Filter) =>
    (await client.listDeliveries({ path: { messageId: id }, query })).items.length;
  const { counts, recipients } = message;
  expect(recipients).toBe(4);
  expect(message.audience).toEqual({ kind: "users", userIds: ["a", "b", "c", "without-address"] });
  const valid = [
    "ready",
    "accepted",
    "delivered",
    "undelivered",
    "failed",
    "unknown",
    "cancelled",
    "expired",
  ];
  expect({
    targeted: await listed({}),
    valid: await listed({ state: valid as Filter["state"] }),
    submitted: await listed({ state: ["accepted", "delivered", "undelivered"] }),
    delivered: await listed({ state: ["delivered"] }),
    undelivered: await listed({ state: ["undelivered"] }),
    read: await listed({ engagement: "read" }),
    clicked: await listed({ engagement: "clicked" }),
    suppressed: await listed({ state: ["suppressed"] }),
  }).toEqual({
    targeted: counts.targeted,
    valid: counts.valid,
    submitted: counts.submitted,
    delivered: counts.delivered,
    undelivered: counts.undelivered,
    read: counts.read,
    clicked: counts.clicked,
    suppressed: counts.suppressed,
  });
  expect(counts).toMatchObject({ targeted: 4, valid: 3, submitted: 3, delivered: 1, read: 1, suppressed: 1 });
});

it("refuses a state that there is not, alone or among others", async () => {
  const id = await school.send(messageTo(users("a"), ["courier"]));
  for (const query of ["state=lost", "state=failed&state=lost"]) {
    const answer = await school.owner("GET", `/v1/messages/${id}/deliveries?${query}`);
    expectProblem(answer, "invalid-input", 422);
  }
});

it("finds the messages that a reason is of, at once and when it has been compacted", async () => {
  const client = createClient({ baseUrl: installation.publicUrl, apiKey: school.apiKey });
  const listed = async (reason: string) =>
    (await client.listMessages({ query: { reason } })).items.map(({ id }) => id);
  const reached = await school.send(messageTo(users("a"), ["courier"]));
  const left = await school.send(messageTo(users("b", "without-address"), ["courier"]));
  await school.completed(left);
  await school.completed(reached);
  const found = await listed("no_address");
  expect(found).toContain(left);
  expect(found).not.toContain(reached);
  expect(await listed("nothing_like_that")).toEqual([]);
  const [delivery] = await school.deliveriesOf(reached);
  const receipt = { eventId: "late", at: Date.now(), ref: delivery?.id };
  await school.pushReceipt(school.channels.courier, {
    events: [{ ...receipt, type: "undelivered", code: "phone_off" }],
  });
  expect(await listed("phone_off")).toEqual([reached]);
  // It arrived after all: the reason is not of it any more.
  await school.pushReceipt(school.channels.courier, {
    events: [{ ...receipt, eventId: "later", type: "delivered" }],
  });
  await until(async () => (await listed("phone_off")).length === 0);
  await until(async () => (await countDeltas()) === 0);
  expect(await listed("no_address")).toEqual(found);
  const other = await givenSchool(installation, "邻校");
  expect((await other.owner("GET", "/v1/messages?reason=no_address")).body).toMatchObject({ items: [] });
});

async function countDeltas(): Promise<number | undefined> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<{ count: number }[]>`select count(*)::int as count from statistics_deltas`,
  );
  return row?.count;
}
