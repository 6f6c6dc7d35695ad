import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";
import { givenTelegraph } from "./telegraph.ts";

/*
 * Messages to one recipient each that wait together: what they share at the vendor, and what they do not share with each
 * other.
 */
let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
});
afterEach(() => expectNothingLost(installation));
afterAll(() => installation?.stop());

const pupil = (number: number) => `u-${number}`;
/** Whose note is longer than the vendor takes with the words before it. */
const LONG_WINDED = pupil(5);
const TOO_LONG = 500;
const pupils = (count: number) => Array.from({ length: count }, (_, index) => pupil(index + 1));

/** One message to each of so many new users, by courier. */
async function sendToEach(count: number, rest: (number: number) => object = () => ({})): Promise<string[]> {
  await school.addUsers(
    pupils(count).map((userId) => ({
      userId,
      attributes: { note: userId === LONG_WINDED ? "x".repeat(TOO_LONG) : userId },
      identities: [{ kind: "push", address: userId }],
    })),
  );
  return Promise.all(
    pupils(count).map((userId, index) => school.send(messageTo(users(userId), ["courier"], rest(index + 1)))),
  );
}

async function withEngine<T>(work: () => Promise<T>): Promise<T> {
  const engine = await installation.startEngine();
  try {
    return await work();
  } finally {
    await engine.stop();
  }
}

const courierCalls = () => installation.vendor.calls.filter(({ path }) => path === "/courier");
const onlyDelivery = async (id: string) => (await school.deliveriesOf(id))[0];

it("reach the vendor in one call, each with its own content, counts and outcome", async () => {
  const ids = await sendToEach(30, (number) => ({ variables: { content: `通知 ${number}` } }));
  await withEngine(() => school.allCompleted(ids));
  const [call, ...others] = courierCalls();
  expect(others).toEqual([]);
  const items: { to: string; text: string }[] = JSON.parse(call?.body ?? "{}").items;
  expect(new Map(items.map(({ to, text }) => [to, text]))).toEqual(
    new Map(pupils(30).map((userId, index) => [userId, `通知 ${index + 1}`])),
  );
  for (const id of ids) {
    const message = await school.message(id);
    expect(message).toMatchObject({ state: "completed", counts: { targeted: 1, submitted: 1 } });
  }
});

it("are told apart by batch and address when receipts speak of them so", async () => {
  const ids = await sendToEach(5);
  await withEngine(() => school.allCompleted(ids));
  const [call] = courierCalls();
  const events = pupils(5).map((address, index) => ({
    eventId: `e-${address}`,
    type: index === 1 ? "undelivered" : "delivered",
    at: Date.now(),
    batchRef: call?.batchRef,
    address,
    ...(index === 1 && { code: "gone" }),
  }));
  expect((await school.pushReceipt(school.channels.courier, { events })).status).toBe(200);
  const deliveries = await Promise.all(ids.map(onlyDelivery));
  expect(deliveries.map((delivery) => delivery?.state)).toEqual([
    "delivered",
    "undelivered",
    "delivered",
    "delivered",
    "delivered",
  ]);
});

it("fail alone: the vendor refuses one, another is too long, the rest arrive", async () => {
  installation.vendor.answer((call) => ({
    status: 200,
    body: JSON.stringify({ refused: { [call.refs[2] ?? ""]: "refused" } }),
  }));
  const content = { push: { text: "【通知】{{user_note}}" } };
  const ids = await sendToEach(6, () => ({ content, variables: {} }));
  await withEngine(() => school.allCompleted(ids));
  expect(courierCalls()).toHaveLength(1);
  const refusedRef = courierCalls()[0]?.refs[2];
  const deliveries = await Promise.all(ids.map(onlyDelivery));
  for (const [index, delivery] of deliveries.entries()) {
    const reason = delivery?.id === refusedRef ? "refused" : index === 4 ? "content_too_long" : null;
    expect(delivery).toMatchObject({ state: reason ? "failed" : "accepted", reason });
  }
});

it("go again when the vendor was out of order, and each is sent once", async () => {
  let isDown = true;
  installation.vendor.answer(() => {
    const answer = { status: isDown ? 429 : 200 };
    isDown = false;
    return answer;
  });
  const ids = await sendToEach(8);
  await withEngine(() => school.allCompleted(ids));
  const [refused, ...taken] = courierCalls().map(({ refs }) => refs);
  expect(refused).toHaveLength(8);
  expect(taken.flat().sort()).toEqual(refused?.sort());
  const deliveries = await Promise.all(ids.map(onlyDelivery));
  const attempts = deliveries.map((delivery) => [delivery?.state, delivery?.attemptCount]);
  expect(attempts).toEqual(ids.map(() => ["accepted", 2]));
});

it("are cancelled alone: what is at the vendor keeps its outcome, the others complete", async () => {
  const ids = await sendToEach(4);
  const gate = installation.vendor.hold();
  await withEngine(async () => {
    await gate.arrived(1);
    await mustSucceed(school.source("POST", `/v1/messages/${ids[1]}/cancellation`));
    gate.open();
    await school.allCompleted(ids.filter((_, index) => index !== 1));
  });
  expect(await school.message(ids[1] ?? "")).toMatchObject({ state: "cancelled", counts: { submitted: 1 } });
  expect(courierCalls()).toHaveLength(1);
});

it("share no call where two go to the same number, and none where the vendor takes back whole calls", async () => {
  const phone = newPhone();
  const telegraph = await givenTelegraph(school);
  await school.addUsers(
    ["u-a", "u-b"].map((userId) => ({
      userId,
      identities: [
        { kind: "sms", address: phone },
        { kind: "push", address: userId },
      ],
    })),
  );
  const send = (userId: string, channel: string) => school.send(messageTo(users(userId), [channel]));
  const texts = await Promise.all([send("u-a", "sms"), send("u-b", "sms")]);
  const wires = await Promise.all([telegraph.send("u-a"), telegraph.send("u-b")]);
  await withEngine(async () => {
    await school.allCompleted(texts);
    for (const id of texts) await school.reaches(id, "delivered");
    await school.allCompleted(wires);
  });
  expect(telegraph.calls("send").map(({ refs }) => refs.length)).toEqual([1, 1]);
  expect(installation.sms.received().filter(({ to }) => to.endsWith(phone))).toHaveLength(2);
});
