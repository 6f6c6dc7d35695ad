import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenEndpoint,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type RunningEngine,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { givenTelegraph, type Telegraph } from "./telegraph.ts";

let installation: Installation;
let school: School;
let telegraph: Telegraph;
let engines: RunningEngine[] = [];
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  await givenEndpoint(installation, school);
  telegraph = await givenTelegraph(school);
  await school.addUsers(
    ["u-1", "u-2", "u-3"].map((userId) => ({
      userId,
      identities: [{ kind: "push", address: userId }],
    })),
  );
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
  await expectNothingLost(installation);
});

async function startEngine(): Promise<RunningEngine> {
  const engine = await installation.startEngine();
  engines.push(engine);
  return engine;
}

/** Longer than the vendor may not know of what it took, and than a lost worker may go on. */
const ASK_AFTER_SECONDS = 60;

const typesOf = ({ timeline }: { timeline: { kind: string; type: string }[] }) =>
  timeline.map(({ kind, type }) => `${kind} ${type}`);

/** What the vendor was asked about the message: the deliveries of each call. Earlier tests' receipts are still asked for. */
async function questionsAbout(messageId: string): Promise<string[][]> {
  const own = new Set((await school.deliveriesOf(messageId)).map(({ id }) => id));
  return telegraph
    .calls("query")
    .map(({ refs }) => refs.filter((ref) => own.has(ref)))
    .filter((refs) => refs.length > 0);
}

/** A message whose batch the worker had under way when it was lost. */
async function givenLostWorker(...userIds: string[]): Promise<string> {
  const gate = installation.vendor.hold();
  const lost = await startEngine();
  const id = await telegraph.send(...userIds);
  await gate.arrived(1);
  await timePasses(installation, 61);
  await until(async () => (await school.deliveriesOf(id)).every(({ state }) => state === "unknown"));
  await startEngine();
  gate.open();
  await lost.stop();
  return id;
}

describe("what a lost worker had under way", () => {
  it("is accepted when the vendor has it, and sent once", async () => {
    telegraph.behave({ query: () => ({ status: "accepted", at: Date.now() - 1000 }) });
    const id = await givenLostWorker("u-1", "u-2");
    expect(await school.message(id)).toMatchObject({ state: "sending", counts: { unknown: 2 } });
    await timePasses(installation, ASK_AFTER_SECONDS);
    const { counts } = await school.completed(id);
    expect(counts).toMatchObject({ submitted: 2, unknown: 0 });
    expect([...installation.vendor.effects.values()]).toEqual([1, 1]);
    const [delivery] = await school.deliveriesOf(id);
    expect(delivery).toMatchObject({ state: "accepted", reason: null, attemptCount: 1 });
    expect(await questionsAbout(id)).toEqual([expect.arrayContaining([delivery?.id])]);
  });

  it("is sent again, once, when the vendor never got it", async () => {
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    const id = await givenLostWorker("u-1");
    installation.vendor.effects.clear();
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    const delivery = await school.reaches(id, "accepted");
    expect(delivery).toMatchObject({ reason: null, attemptCount: 2 });
    expect(installation.vendor.effects.get(delivery.id)).toBe(1);
    expect(typesOf(delivery)).toContain("receipt not_found");
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, unknown: 0 });
  });

  it("takes the vendor's last word where it has one", async () => {
    telegraph.behave({ query: () => ({ status: "undelivered", code: "gone", at: Date.now() }) });
    const id = await givenLostWorker("u-1");
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect(await school.reaches(id, "undelivered")).toMatchObject({ reason: "gone" });
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, undelivered: 1, unknown: 0 });
  });

  it("is not asked about while the vendor may not know of it yet", async () => {
    const id = await givenLostWorker("u-1");
    const other = await telegraph.send("u-2");
    await school.reaches(other, "accepted");
    expect(await questionsAbout(id)).toEqual([]);
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
  });

  it("is settled by a receipt that comes before the answer, which then changes nothing", async () => {
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    const id = await givenLostWorker("u-1");
    const { id: ref } = await school.timelineOf(id);
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "e-early", type: "delivered", at: Date.now(), ref }],
    });
    await school.reaches(id, "delivered");
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "delivered", attemptCount: 1 });
    expect(installation.vendor.effects.get(ref)).toBe(1);
  });

  it("goes by the receipt that comes while the vendor is being asked", async () => {
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    const id = await givenLostWorker("u-1");
    const { id: ref } = await school.timelineOf(id);
    const gate = installation.vendor.hold();
    await timePasses(installation, ASK_AFTER_SECONDS);
    await gate.arrived(1);
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "e-during", type: "delivered", at: Date.now(), ref }],
    });
    gate.open();
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "delivered", attemptCount: 1 });
    expect(telegraph.calls("send")).toHaveLength(1);
  });

  it("stays unknown, with the reason, when the vendor answers in no round", async () => {
    telegraph.behave({ query: () => ({ status: "unanswered" }) });
    const id = await givenLostWorker("u-1");
    for (let round = 1; round <= 10; round++) {
      await timePasses(installation, 4000);
      await telegraph.hasAsked(id, round);
    }
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "unknown", reason: "inquiry_unanswered" });
    expect(await questionsAbout(id)).toHaveLength(10);
    expect(telegraph.calls("send")).toHaveLength(1);
  });

  it("is not asked about behind the vendor's window", async () => {
    const id = await givenLostWorker("u-1");
    await timePasses(installation, 86_401);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "unknown", reason: "inquiry_unanswered" });
    expect(await questionsAbout(id)).toEqual([]);
  });

  it("is cancelled, and not sent again, when its message was cancelled meanwhile", async () => {
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    const id = await givenLostWorker("u-1");
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    expect(await school.timelineOf(id)).toMatchObject({ state: "unknown" });
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.reaches(id, "cancelled");
    expect((await school.message(id)).counts).toMatchObject({ cancelled: 1, unknown: 0 });
    expect(telegraph.calls("send")).toHaveLength(1);
  });
});

describe("an ambiguous answer", () => {
  beforeEach(async () => {
    await startEngine();
  });

  it("is asked about, and the vendor's word decides for each recipient", async () => {
    let isAmbiguous = true;
    const words = new Map<string, string>();
    telegraph.behave({
      sending: () => {
        const answer = isAmbiguous ? ("cut" as const) : { status: 200 };
        isAmbiguous = false;
        return answer;
      },
      query: (ref) => ({ status: words.get(ref) ?? "accepted" }),
    });
    const id = await telegraph.send("u-1", "u-2", "u-3");
    await until(async () => (await school.message(id)).counts.unknown === 3);
    const deliveries = await school.deliveriesOf(id);
    for (const { id: ref, address } of deliveries)
      words.set(ref, address === "u-2" ? "not_found" : "accepted");
    await timePasses(installation, 6);
    await school.completed(id);
    expect((await school.message(id)).counts).toMatchObject({ submitted: 3, unknown: 0 });
    const resent = telegraph.calls("send")[1]?.refs;
    expect(resent).toEqual(deliveries.filter(({ address }) => address === "u-2").map(({ id: ref }) => ref));
  });

  it("is asked about in as many calls as the vendor's limit needs, each delivery once a round", async () => {
    const names = Array.from({ length: 45 }, (_, index) => ({ address: `d-${index}` }));
    telegraph.behave({ sending: () => "cut" });
    const audience = { kind: "addresses", addresses: names };
    const id = await school.send(messageTo(audience, ["telegraph"]));
    await until(async () => (await school.message(id)).counts.unknown === 45);
    await timePasses(installation, 6);
    await school.completed(id);
    const asked = await questionsAbout(id);
    expect(asked.map((refs) => refs.length)).toEqual([20, 20, 5]);
    expect(new Set(asked.flat()).size).toBe(45);
  });

  it("is not asked about while a worker holds the chunk, which would not see what is given back to it", async () => {
    const addresses = Array.from({ length: 60 }, (_, index) => ({ address: `d-${index}` }));
    let calls = 0;
    telegraph.behave({
      sending: () => (++calls === 1 ? "cut" : { status: 429 }),
      query: () => ({ status: "not_found" }),
    });
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["telegraph"]));
    await until(async () => {
      const { unknown = 0 } = (await school.message(id)).counts;
      return unknown > 0 && calls >= 2;
    });
    const gate = installation.vendor.hold();
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    // The worker comes back for the rest of the chunk, and waits for the vendor with it.
    await timePasses(installation, 3);
    await gate.arrived(1);
    await timePasses(installation, 6);
    await telegraph.isPutOff(id);
    expect(await questionsAbout(id)).toEqual([]);
    gate.open();
    await until(async () => {
      await timePasses(installation, 3);
      return (await school.message(id)).state === "completed";
    });
    expect((await school.message(id)).counts).toMatchObject({ submitted: 60, unknown: 0 });
  });

  it("keeps a user's later step from being joined by the earlier one", async () => {
    telegraph.behave({
      sending: ({ path }) => (path === "/telegraph" ? "cut" : { status: 200 }),
      query: () => ({ status: "unanswered" }),
    });
    const id = await sendWithSteps("u-1", [
      { channelIds: [telegraph.id] },
      { channelIds: [school.channels.courier.id], when: "undelivered", afterSeconds: 60 },
    ]);
    await school.reaches(id, "unknown");
    await timePasses(installation, 70);
    await school.reaches(id, "accepted", 1);
    telegraph.behave({ query: () => ({ status: "not_found" }) });
    await timePasses(installation, 4000);
    expect(await school.reaches(id, "failed")).toMatchObject({ reason: "never_reached_vendor" });
    expect(telegraph.calls("send")).toHaveLength(1);
    await timePasses(installation, 4 * 86_400);
    await school.completed(id);
  });

  it("is sent again as the last step of a policy, whose outcome is judged then", async () => {
    const answers: ("cut" | { status: number })[] = ["cut"];
    telegraph.behave({
      sending: ({ path }) => (path === "/telegraph" && answers.shift()) || { status: 200 },
      query: () => ({ status: "not_found" }),
    });
    await school.addUsers([{ userId: "u-4", identities: [{ kind: "push", address: "u-4" }] }]);
    const id = await sendWithSteps("u-4", [
      { channelIds: [school.channels.mail.id] },
      { channelIds: [telegraph.id], when: "failed" },
    ]);
    await school.reaches(id, "unknown", 1);
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.reaches(id, "accepted", 1);
    await school.completed(id);
    expect(await school.timelineOf(id, 1)).toMatchObject({ attemptCount: 2 });
  });

  it("leaves the window of a fallback alone that its vendor cannot tell about", async () => {
    telegraph.behave({
      sending: ({ path }) => (path === "/telegraph" ? "cut" : { status: 200 }),
      query: () => ({ status: "unanswered" }),
    });
    const id = await sendWithSteps("u-1", [
      { channelIds: [telegraph.id] },
      { channelIds: [school.channels.courier.id], when: "undelivered", afterSeconds: 100_000 },
    ]);
    await school.reaches(id, "unknown");
    // Behind the vendor's window, and before that of the policy.
    await timePasses(installation, 86_401);
    await until(async () => (await school.timelineOf(id)).reason === "inquiry_unanswered");
    expect(await school.deliveriesOf(id)).toHaveLength(1);
    await timePasses(installation, 13_600);
    await school.reaches(id, "accepted", 1);
    await school.completed(id);
  });
});

async function sendWithSteps(userId: string, steps: object[]): Promise<string> {
  const saved = school.owner<{ id: string }>("POST", "/v1/policies", { name: "电报", steps });
  const { id: policy } = await mustSucceed(saved);
  const { channels: _, ...message } = messageTo(users(userId), []);
  return school.send({ ...message, policy });
}

describe("receipts that have to be asked for", () => {
  beforeEach(async () => {
    await startEngine();
  });

  it("come at intervals until there is a last word, and then no more", async () => {
    const words: string[] = ["accepted", "accepted", "delivered"];
    telegraph.behave({ query: () => ({ status: words.shift() ?? "delivered", at: Date.now() }) });
    const id = await telegraph.send("u-1");
    await school.completed(id);
    for (const [round, seconds] of [11, 21, 41].entries()) {
      await timePasses(installation, seconds);
      await telegraph.hasAsked(id, round + 1);
      expect(await questionsAbout(id)).toHaveLength(round + 1);
    }
    await school.reaches(id, "delivered");
    await timePasses(installation, 86_000);
    const other = await telegraph.send("u-2");
    await school.completed(other);
    expect(await questionsAbout(id)).toHaveLength(3);
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, delivered: 1 });
  });

  it("end with the vendor's window", async () => {
    const id = await telegraph.send("u-1");
    await school.completed(id);
    await timePasses(installation, 86_401);
    await until(async () => {
      const [{ count }] = await installation.books.transaction(
        ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from inquiries i
          join messages m on m.id = i.message_id where i.channel_id is not null`,
      );
      return count === 0;
    });
    expect(await questionsAbout(id)).toEqual([]);
    expect(await school.timelineOf(id)).toMatchObject({ state: "accepted" });
  });

  it("count once when they are pushed too", async () => {
    telegraph.behave({ query: () => ({ status: "delivered", at: Date.now() }) });
    const id = await telegraph.send("u-1");
    const { id: ref } = await school.reaches(id, "accepted");
    await timePasses(installation, 11);
    await school.reaches(id, "delivered");
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "pushed", type: "delivered", at: Date.now(), ref }],
    });
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, delivered: 1, undelivered: 0 });
    await school.completed(id);
  });
});
