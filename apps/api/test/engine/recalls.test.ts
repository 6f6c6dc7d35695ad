import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenEndpoint,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  pausesPass,
  type RunningEngine,
  releaseQueue,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { givenTelegraph, type Telegraph } from "./telegraph.ts";

interface Preview {
  recallableCount: number;
  cancelsRest: boolean;
  channels: {
    channel: { name: string };
    canRecall: boolean;
    recallableCount: number;
    tooLateCount: number;
  }[];
  recalls: {
    id: string;
    state: string;
    deliveryCount: number;
    counts: { recalled: number; tooLate: number; failed: number };
    reasons: { outcome: string; code: string; count: number }[];
  }[];
}

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
    ["u-1", "u-2", "u-3"].map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
  );
  await startEngine();
});
afterEach(async () => {
  await stopEngines();
  await expectNothingLost(installation);
});

async function startEngine(): Promise<void> {
  engines.push(await installation.startEngine());
}

async function stopEngines(): Promise<void> {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
}

const recall = (path: string) => school.source("POST", `${path}/recall`);
const previewOf = (path: string) => mustSucceed<Preview>(school.owner("GET", `${path}/recall`));

/** Waits until the latest recall has ended. */
const recallOf = (id: string) =>
  until(async () => {
    const [latest] = (await previewOf(`/v1/messages/${id}`)).recalls;
    return latest?.state === "ended" ? latest : undefined;
  });

async function givenSent(...userIds: string[]): Promise<string> {
  const id = await telegraph.send(...userIds);
  await school.completed(id);
  return id;
}

it("takes back what was sent, says so in the timeline, and counts it", async () => {
  const id = await givenSent("u-1", "u-2", "u-3");
  expect(await previewOf(`/v1/messages/${id}`)).toMatchObject({ recallableCount: 3, cancelsRest: false });
  expect((await recall(`/v1/messages/${id}`)).status).toBe(202);
  expect(await recallOf(id)).toMatchObject({
    deliveryCount: 3,
    counts: { recalled: 3, tooLate: 0, failed: 0 },
  });
  const [first] = await school.deliveriesOf(id);
  expect(first).toMatchObject({ state: "recalled", reason: "recalled" });
  const { timeline } = await mustSucceed<{ timeline: { kind: string; type: string }[] }>(
    school.owner("GET", `/v1/deliveries/${first?.id}`),
  );
  expect(timeline.at(-1)).toMatchObject({ kind: "recall", type: "recalled" });
  expect((await school.message(id)).counts).toMatchObject({ submitted: 3, recalled: 3 });
  expect(telegraph.calls("recall").flatMap(({ refs }) => refs)).toHaveLength(3);
  const [item] = JSON.parse(telegraph.calls("recall")[0]?.body ?? "").items;
  expect(item).toMatchObject({ vendorId: `t-${item.ref}`, batchRef: expect.stringMatching(/^att_/) });
});

it("says what could not be taken back, and why", async () => {
  const words = ["recalled", "too_late", "failed"];
  telegraph.behave({ recall: () => ({ status: words.shift() ?? "failed", code: "was_read" }) });
  const id = await givenSent("u-1", "u-2", "u-3");
  await recall(`/v1/messages/${id}`);
  const { counts, reasons } = await recallOf(id);
  expect(counts).toEqual({ recalled: 1, tooLate: 1, failed: 1 });
  expect(reasons).toEqual(
    expect.arrayContaining([
      { outcome: "too_late", code: "was_read", count: 1 },
      { outcome: "failed", code: "was_read", count: 1 },
    ]),
  );
  const states = (await school.deliveriesOf(id)).map(({ state }) => state).sort();
  expect(states).toEqual(["accepted", "accepted", "recalled"]);
  // What failed may be tried again; what was too late stays so.
  expect(await previewOf(`/v1/messages/${id}`)).toMatchObject({ recallableCount: 1 });
});

it("takes back one delivery and leaves the others", async () => {
  const id = await givenSent("u-1", "u-2");
  const [first, second] = await school.deliveriesOf(id);
  await recall(`/v1/deliveries/${first?.id}`);
  expect((await recallOf(id)).counts).toMatchObject({ recalled: 1 });
  const states = new Map((await school.deliveriesOf(id)).map((one) => [one.id, one.state]));
  expect([states.get(first?.id ?? ""), states.get(second?.id ?? "")]).toEqual(["recalled", "accepted"]);
});

it("is refused behind the vendor's window, without asking the vendor", async () => {
  const id = await givenSent("u-1");
  await timePasses(installation, 3601);
  expect(await previewOf(`/v1/messages/${id}`)).toMatchObject({
    recallableCount: 0,
    channels: [{ canRecall: true, tooLateCount: 1 }],
  });
  expectProblem(await recall(`/v1/messages/${id}`), "nothing-to-recall", 409);
  expect(telegraph.calls("recall")).toEqual([]);
});

it("is refused for channels that take nothing back, and names those that do", async () => {
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await school.completed(id);
  const answer = await recall(`/v1/messages/${id}`);
  expectProblem(answer, "recall-not-supported", 409);
  expect(answer.text).toContain("信使");
  expect(answer.text).toContain("电报");
});

it("stops what was not sent of a message that is under way, and takes back what was on its way", async () => {
  const addresses = Array.from({ length: 600 }, (_, index) => ({ address: `d-${index}` }));
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["telegraph"]));
  await gate.arrived(8);
  expect(await previewOf(`/v1/messages/${id}`)).toMatchObject({ cancelsRest: true });
  expect((await recall(`/v1/messages/${id}`)).status).toBe(202);
  expect(await school.message(id)).toMatchObject({ state: "cancelled" });
  gate.open();
  await until(async () => {
    await timePasses(installation, 6);
    return (await previewOf(`/v1/messages/${id}`)).recalls[0]?.state === "ended";
  });
  expect((await school.message(id)).counts).toMatchObject({ submitted: 400, recalled: 400, cancelled: 200 });
});

it("is refused while the same thing is being taken back", async () => {
  const id = await givenSent("u-1");
  const gate = installation.vendor.hold();
  await recall(`/v1/messages/${id}`);
  await gate.arrived(1);
  expectProblem(await recall(`/v1/messages/${id}`), "recall-running", 409);
  gate.open();
  await recallOf(id);
});

describe("a recall", () => {
  it("goes on after a restart, and after the process that worked on it was lost", async () => {
    const addresses = Array.from({ length: 50 }, (_, index) => ({ address: `d-${index}` }));
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["telegraph"]));
    await school.completed(id);
    const gate = installation.vendor.hold();
    await recall(`/v1/messages/${id}`);
    await gate.arrived(1);
    await timePasses(installation, 181);
    await startEngine();
    await gate.arrived(2);
    gate.open();
    expect((await recallOf(id)).counts).toEqual({ recalled: 50, tooLate: 0, failed: 0 });
    expect((await school.message(id)).counts).toMatchObject({ recalled: 50 });
  });

  it("asks again when the vendor could not tell, and gives up in the end", async () => {
    let isBusy = true;
    telegraph.behave({ recall: () => ({ status: isBusy ? "unanswered" : "recalled" }) });
    const id = await givenSent("u-1");
    await recall(`/v1/messages/${id}`);
    await until(() => telegraph.calls("recall").length === 1);
    isBusy = false;
    await until(async () => {
      await timePasses(installation, 6);
      return (await previewOf(`/v1/messages/${id}`)).recalls[0]?.state === "ended";
    });
    expect((await recallOf(id)).counts).toMatchObject({ recalled: 1 });
  });

  it("stands against a receipt that comes later, which is kept and changes nothing", async () => {
    const id = await givenSent("u-1");
    const [delivery] = await school.deliveriesOf(id);
    await recall(`/v1/messages/${id}`);
    await recallOf(id);
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "late", type: "delivered", at: Date.now(), ref: delivery?.id }],
    });
    expect(await school.timelineOf(id)).toMatchObject({ state: "recalled", deliveredAt: null });
    expect((await school.message(id)).counts).toMatchObject({ delivered: 0, recalled: 1 });
  });

  it("keeps an arrival counted that came before it", async () => {
    const id = await givenSent("u-1");
    const [delivery] = await school.deliveriesOf(id);
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "early", type: "delivered", at: Date.now(), ref: delivery?.id }],
    });
    await school.reaches(id, "delivered");
    await recall(`/v1/messages/${id}`);
    await recallOf(id);
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, delivered: 1, recalled: 1 });
  });

  it("ends the fallback that waits for the delivery", async () => {
    const id = await sendWithFallback("u-1");
    const { id: ref } = await school.reaches(id, "accepted");
    await recall(`/v1/deliveries/${ref}`);
    await school.completed(id);
    expect(await school.deliveriesOf(id)).toHaveLength(1);
    expect(await school.timelineOf(id)).toMatchObject({ state: "recalled" });
  });

  it("cancels the fallback that is still queued", async () => {
    const id = await sendWithFallback("u-1");
    const { id: ref } = await school.reaches(id, "accepted");
    await holdQueue(installation);
    await timePasses(installation, 61);
    await school.reaches(id, "ready", 1);
    await recall(`/v1/deliveries/${ref}`);
    await school.completed(id);
    await releaseQueue(installation);
    expect(await school.timelineOf(id)).toMatchObject({ state: "recalled" });
    expect(await school.timelineOf(id, 1)).toMatchObject({ state: "cancelled", attemptCount: 0 });
  });
});

it("says of everything that the vendor could not tell until the end that it failed, however much it is", async () => {
  const pupils = Array.from({ length: 2_100 }, (_, index) => `pupil-${index}`);
  await school.addUsers(
    pupils.map((userId) => ({ userId, tags: ["校"], identities: [{ kind: "push", address: userId }] })),
  );
  const id = await school.send(messageTo({ kind: "tags", any: ["校"] }, ["telegraph"]));
  await school.completed(id);
  await stopEngines();
  await recall(`/v1/messages/${id}`);
  // Everything has been asked about in its last round.
  await query(`update recalls set round_count = 29, cursor = (select max(last_id) from chunks)
    where state = 'running'`);
  await startEngine();
  const { deliveryCount, counts, reasons } = await recallOf(id);
  expect(deliveryCount).toBe(2_100);
  expect(counts).toEqual({ recalled: 0, tooLate: 0, failed: 2_100 });
  expect(reasons).toEqual([{ outcome: "failed", code: "recall_unanswered", count: 2_100 }]);
});

describe("a fallback that was under way at a recall, and failed for the time being,", () => {
  async function givenRetryBehindRecall(beforeItFails: () => Promise<unknown>): Promise<string> {
    const id = await sendWithFallback("u-1");
    const { id: ref } = await school.reaches(id, "accepted");
    telegraph.behave({ sending: () => ({ status: 500 }) });
    const gate = installation.vendor.hold();
    await timePasses(installation, 61);
    const fallback = await school.reaches(id, "ready", 1);
    // The vendor may be called for an earlier test's message too.
    await until(() => installation.vendor.calls.some(({ refs }) => refs.includes(fallback.id)));
    // The call that takes back is answered at once.
    installation.vendor.hold().open();
    await recall(`/v1/deliveries/${ref}`);
    await recallOf(id);
    await beforeItFails();
    gate.open();
    await until(async () => (await school.timelineOf(id, 1)).attemptCount === 1);
    return id;
  }

  it("is withdrawn before it would be tried again", async () => {
    const id = await givenRetryBehindRecall(async () => {});
    await pausesPass(installation, -3600);
    await school.completed(id);
    expect(await school.timelineOf(id, 1)).toMatchObject({ state: "cancelled", attemptCount: 1 });
  });

  it("is not tried again when nobody has judged that yet", async () => {
    const id = await givenRetryBehindRecall(refuseNews);
    await until(async () => {
      await pausesPass(installation, 3600);
      return (await school.timelineOf(id, 1)).state === "cancelled";
    });
    await acceptNews();
    await school.completed(id);
    expect(await school.timelineOf(id, 1)).toMatchObject({ reason: "cancelled", attemptCount: 1 });
  });
});

const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text));

/** From now on no flow hears of anything. */
const refuseNews = () =>
  query(`create function hear_nothing() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger hear_nothing before update on flows for each row execute function hear_nothing()`);
const acceptNews = () => query("drop function if exists hear_nothing cascade");

/** A message whose fallback goes out when nothing has arrived after a minute. */
async function sendWithFallback(...userIds: string[]): Promise<string> {
  const { id: policy } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", {
      name: "电报后信使",
      steps: [
        { channelIds: [telegraph.id] },
        { channelIds: [school.channels.courier.id], when: "undelivered", afterSeconds: 60 },
      ],
    }),
  );
  const { channels: _, ...message } = messageTo(users(...userIds), []);
  return school.send({ ...message, policy });
}

it("is written down in the audit log with its numbers", async () => {
  const id = await givenSent("u-1");
  await recall(`/v1/messages/${id}`);
  await recallOf(id);
  const { items } = await mustSucceed<{ items: { action: string; subjectId: string; after: object }[] }>(
    school.owner("GET", "/v1/audit-entries?limit=20"),
  );
  expect(items).toContainEqual(
    expect.objectContaining({
      action: "message.recalled",
      subjectId: id,
      after: expect.objectContaining({ deliveryCount: 1 }),
    }),
  );
});
