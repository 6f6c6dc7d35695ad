import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  type DeliveryView,
  expectNothingLost,
  expectProblem,
  givenEndpoint,
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await givenEndpoint(installation, school);
  await school.addUsers(
    ["u-1", "u-2"].map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
  );
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

let nextEvent = 0;
const event = (type: string, target: object, rest: object = {}) => ({
  eventId: `e-${nextEvent++}`,
  type,
  at: Date.now(),
  ...target,
  ...rest,
});

const push = (...events: object[]) => school.pushReceipt(school.channels.courier, { events });

/** A delivery that the courier has accepted. */
async function givenAccepted(): Promise<{ id: string; delivery: DeliveryView }> {
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await school.completed(id);
  return { id, delivery: await school.reaches(id, "accepted") };
}

const countsOf = async (id: string) => (await school.message(id)).counts;

async function countReceipts(): Promise<number> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from receipts`,
  );
  return row.count;
}

it("counts a receipt once, however often and however concurrently it comes", async () => {
  const { id, delivery } = await givenAccepted();
  const delivered = event("delivered", { ref: delivery.id });
  await Promise.all(Array.from({ length: 10 }, () => push(delivered, delivered)));
  await school.reaches(id, "delivered");
  await push(delivered);
  expect(await countsOf(id)).toMatchObject({ submitted: 1, delivered: 1, undelivered: 0 });
  const receipts = (await school.timelineOf(id)).timeline.filter(({ kind }) => kind === "receipt");
  expect(receipts).toHaveLength(1);
});

it("takes a read before the delivered for arrived and read, and the delivered changes nothing", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("read", { ref: delivery.id }));
  const read = await school.reaches(id, "delivered");
  expect(read.readAt).not.toBeNull();
  await push(event("delivered", { ref: delivery.id }));
  expect(await countsOf(id)).toMatchObject({ submitted: 1, delivered: 1, read: 1 });
});

it("lets delivered correct undelivered, and not the other way round", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("undelivered", { ref: delivery.id }, { code: "gone", detail: "no such device" }));
  expect(await school.reaches(id, "undelivered")).toMatchObject({ reason: "gone" });
  await push(event("delivered", { ref: delivery.id }));
  expect(await school.reaches(id, "delivered")).toMatchObject({ reason: null, reasonDetail: null });
  await push(event("undelivered", { ref: delivery.id }, { code: "gone" }));
  expect(await school.timelineOf(id)).toMatchObject({ state: "delivered" });
  expect(await countsOf(id)).toMatchObject({ delivered: 1, undelivered: 0 });
});

it("shows nothing as delivered or read before it was submitted, as whole seconds of vendors would", async () => {
  const { id, delivery } = await givenAccepted();
  const at = Math.floor(Date.parse(delivery.acceptedAt ?? "") / 1000) * 1000 - 1000;
  await push(event("delivered", { ref: delivery.id }, { at }), event("read", { ref: delivery.id }, { at }));
  const { acceptedAt, deliveredAt, readAt, timeline } = await school.reaches(id, "delivered");
  expect([deliveredAt, readAt]).toEqual([acceptedAt, acceptedAt]);
  const receipts = timeline.filter(({ kind }) => kind === "receipt");
  expect(receipts.map((receipt) => receipt.at)).toEqual([acceptedAt, acceptedAt]);
});

it("gives what was not delivered no time of delivery", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("undelivered", { ref: delivery.id }, { code: "gone" }));
  expect(await school.reaches(id, "undelivered")).toMatchObject({ deliveredAt: null, readAt: null });
});

it("keeps the first reason for which something did not arrive, as it was counted", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("undelivered", { ref: delivery.id }, { code: "gone", detail: "no such device" }));
  await push(event("undelivered", { ref: delivery.id }, { code: "full" }));
  expect(await school.reaches(id, "undelivered")).toMatchObject({
    reason: "gone",
    reasonDetail: "no such device",
  });
});

it("takes the earliest moment of those reported, whichever comes first", async () => {
  const { id, delivery } = await givenAccepted();
  const [early, late] = [Date.now() + 10_000, Date.now() + 20_000];
  await push(event("delivered", { ref: delivery.id }, { at: late }));
  await push(event("delivered", { ref: delivery.id }, { at: early }));
  const { deliveredAt } = await school.reaches(id, "delivered");
  expect(Date.parse(deliveredAt ?? "")).toBe(early);
});

it("makes nothing arrived or read of what the vendor had refused", async () => {
  installation.vendor.answer(({ refs: [ref = ""] }) => ({
    status: 200,
    body: JSON.stringify({ refused: { [ref]: "no_device" } }),
  }));
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await school.completed(id);
  installation.vendor.answer(() => ({ status: 200 }));
  const { id: ref } = await school.timelineOf(id);
  await push(event("delivered", { ref }), event("read", { ref }));
  expect(await school.timelineOf(id)).toMatchObject({ state: "failed", deliveredAt: null, readAt: null });
  expect(await countsOf(id)).toMatchObject({ failed: 1, delivered: 0, read: 0 });
});

it("settles on delivered when both come in one push", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("undelivered", { ref: delivery.id }), event("delivered", { ref: delivery.id }));
  await school.reaches(id, "delivered");
  expect(await countsOf(id)).toMatchObject({ delivered: 1, undelivered: 0 });
});

it("counts a click as read and arrived", async () => {
  const { id, delivery } = await givenAccepted();
  await push(event("clicked", { ref: delivery.id }));
  await school.reaches(id, "delivered");
  expect(await countsOf(id)).toMatchObject({ delivered: 1, read: 1, clicked: 1 });
});

it("keeps a receipt that comes before our own commit, and applies it after", async () => {
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await gate.arrived(1);
  const { id: ref } = await school.timelineOf(id);
  expect((await push(event("delivered", { ref }))).status).toBe(200);
  expect(await school.timelineOf(id)).toMatchObject({ state: "ready" });
  gate.open();
  await school.reaches(id, "delivered");
  expect(await countsOf(id)).toMatchObject({ submitted: 1, delivered: 1 });
});

it("finds the delivery by the vendor's id, and by batch and address", async () => {
  const first = await givenAccepted();
  await push(event("delivered", { vendorId: `v-${first.delivery.id}` }));
  await school.reaches(first.id, "delivered");
  const second = await givenAccepted();
  const { batchRef } = installation.vendor.calls.find(({ refs }) => refs.includes(second.delivery.id)) ?? {};
  await push(event("delivered", { batchRef, address: "u-1" }));
  await school.reaches(second.id, "delivered");
});

it("corrects an ambiguous outcome by a later receipt", async () => {
  installation.vendor.answer(() => "cut");
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  const { id: ref } = await school.reaches(id, "unknown");
  installation.vendor.answer(() => ({ status: 200 }));
  await school.completed(id);
  expect(await countsOf(id)).toMatchObject({ submitted: 0, unknown: 1 });
  expect(installation.vendor.effects.get(ref)).toBe(1);
  await push(event("delivered", { ref }));
  await school.reaches(id, "delivered");
  expect(await countsOf(id)).toMatchObject({ submitted: 1, delivered: 1, unknown: 0 });
});

it("ignores a receipt for a delivery of another channel, or of none", async () => {
  await school.addUsers([{ userId: "phone", identities: [{ kind: "sms", address: newPhone("8888") }] }]);
  const id = await school.send(messageTo(users("phone"), ["sms"]));
  await school.completed(id);
  const { id: ref } = await school.reaches(id, "accepted");
  const answer = await push(
    event("delivered", { ref }),
    event("delivered", { ref: "dlv_0000000000000" }),
    event("delivered", { ref: "nonsense" }),
    event("delivered", {}),
  );
  expect(answer.status).toBe(200);
  expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", deliveredAt: null });
});

it("answers a forged token, another channel's token and an unknown channel alike, with 404", async () => {
  const before = await countReceipts();
  const { courier, sms } = school.channels;
  const tokenOf = (url: string | null) => (url ?? "").split("/").at(-1) ?? "";
  const own = tokenOf(courier.receiptsUrl);
  const forged = [
    [courier.id, `${own.slice(0, -1)}${own.endsWith("A") ? "B" : "A"}`],
    [courier.id, tokenOf(sms.receiptsUrl)],
    [courier.id, own.slice(0, 8)],
    ["chn_00000000000000000000000000", own],
    ["not-an-id", own],
    [courier.id, "%00"],
  ] as const;
  for (const [channel, token] of forged) {
    const response = await installation.http.app.request(`/v1/receipts/${channel}/${token}`, {
      method: "POST",
      body: JSON.stringify({ events: [event("delivered", { ref: "dlv_0000000000000" })] }),
    });
    const text = await response.text();
    const { status, headers } = response;
    expectProblem({ status, headers, text, body: JSON.parse(text) }, "not-found", 404);
  }
  expect(await countReceipts()).toBe(before);
});

it.each([["not json"], ["{}"], ['{"events":7}'], ["[1]"], [""], ["\u0000"]])(
  "answers the garbage %j with 400 and stores nothing",
  async (garbage) => {
    const before = await countReceipts();
    for (const channel of [school.channels.courier, school.channels.sms]) {
      expect((await school.pushReceipt(channel, garbage)).status, channel.code).toBe(400);
    }
    expect(await countReceipts()).toBe(before);
  },
);

it("keeps the good events of a push that also has bad ones", async () => {
  const { id, delivery } = await givenAccepted();
  await push(
    { eventId: "", type: "delivered", at: 1 },
    { eventId: "bad-type", type: "eaten", at: 1, ref: delivery.id },
    { eventId: "bad-time", type: "delivered", at: 1e18, ref: delivery.id },
    { eventId: "nul-\u0000", type: "delivered", at: Date.now(), ref: delivery.id },
    event("delivered", { ref: delivery.id }),
  );
  await school.reaches(id, "delivered");
});

it("refuses a push of more than a megabyte", async () => {
  const answer = await school.pushReceipt(school.channels.courier, "x".repeat(1024 * 1024 + 1));
  expect(answer.status).toBe(413);
});

it("takes what the SMS vendor pushes in bulk, doubled and shuffled, and counts everything once", async () => {
  const phones = Array.from({ length: 300 }, (_, index) => newPhone(index % 3 === 0 ? "0000" : "1234"));
  const addresses = phones.map((address) => ({ address }));
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["sms"]));
  await school.completed(id);
  await until(async () => {
    const { delivered = 0, undelivered = 0 } = await countsOf(id);
    return delivered + undelivered === 300;
  });
  expect(await countsOf(id)).toMatchObject({ submitted: 300, delivered: 200, undelivered: 100 });
});
