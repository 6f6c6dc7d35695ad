import { expect, it } from "vitest";
import {
  expectProblem,
  goesDown,
  holdQueue,
  messageTo,
  mustSucceed,
  pausesPass,
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
  policies,
  roundsPass,
  school,
  sendWith,
  stepsOf,
} from "./fallback-scene.ts";

givenFallbackScene();

const NOBODY = { cancelledCount: 0, sentCount: 0, endedCount: 0, notMadeCount: 0 };

const cancelFor = (id: string, ...userIds: string[]) =>
  mustSucceed<object>(school.source("POST", `/v1/messages/${id}/cancelled-users`, { userIds }));
const tryToCancelFor = (id: string, ...userIds: string[]) =>
  school.source("POST", `/v1/messages/${id}/cancelled-users`, { userIds });
const givenUsers = async (count: number) => {
  const userIds: string[] = [];
  for (let n = 0; n < count; n++) userIds.push(await givenUser());
  return userIds as [string, string, string];
};
const sendTo = (userIds: string[], rest: object = {}) =>
  school.send(messageTo(users(...userIds), ["courier"], rest));

/** What became of each user: state and reason, step by step. */
async function fates(id: string): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const { user, step, state, reason } of await school.deliveriesOf(id)) {
    const userId = user?.userId ?? "";
    all[userId] = [...(all[userId] ?? []), `${step} ${state}${reason ? ` ${reason}` : ""}`].sort();
  }
  return all;
}
const STOPPED = ["0 cancelled cancelled_for_user"];
const SENT = ["0 accepted"];

const auditOf = async (id: string) => {
  const path = `/v1/audit-entries?subjectId=${id}&action=message.cancelled_for_users`;
  return (await mustSucceed<{ items: { after: object }[] }>(school.owner("GET", path))).items;
};

it("leaves out whom a message was cancelled for, and sends to the others", async () => {
  const [one, two, three] = await givenUsers(3);
  await holdQueue(installation);
  const id = await sendTo([one, two, three]);
  await school.expanded(id);
  expect(await cancelFor(id, two)).toEqual({ ...NOBODY, cancelledCount: 1 });
  await releaseQueue(installation);
  const { counts } = await school.completed(id);
  expect(await fates(id)).toEqual({ [one]: SENT, [two]: STOPPED, [three]: SENT });
  expect(counts).toMatchObject({ targeted: 3, valid: 3, submitted: 2, cancelled: 1 });
});

it("changes nothing when it is repeated, and stands in the audit log once", async () => {
  const [one, two] = await givenUsers(2);
  await holdQueue(installation);
  const id = await sendTo([one, two]);
  await school.expanded(id);
  const first = await cancelFor(id, two, two);
  expect(await cancelFor(id, two)).toEqual(first);
  expect(await auditOf(id)).toMatchObject([{ after: { userIds: [two], newCount: 1, deliveryCount: 1 } }]);
  await releaseQueue(installation);
  await school.completed(id);
  expect(await school.message(id)).toMatchObject({
    cancelledUserCount: 1,
    counts: { cancelled: 1, submitted: 1 },
  });
});

it("ends a message when it was cancelled for the last of its users", async () => {
  const [one, two] = await givenUsers(2);
  await holdQueue(installation);
  const [plain, withSteps] = [await sendTo([one, two]), await sendWith("failed", one, two)];
  await school.expanded(plain);
  await school.expanded(withSteps);
  for (const id of [plain, withSteps]) {
    await cancelFor(id, one);
    expect((await school.message(id)).state).toBe("sending");
    await cancelFor(id, two);
    await school.completed(id);
  }
  await releaseQueue(installation);
});

it("takes no further step for whom it was cancelled after the first", async () => {
  const [one, two] = await givenUsers(2);
  const id = await sendWith("undelivered", one, two);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,0 accepted");
  expect(await cancelFor(id, one)).toEqual({ ...NOBODY, sentCount: 1 });
  await until(async () => (await flowOf(one))?.state === "exhausted");
  await timePasses(installation, 301);
  await school.completed(id);
  expect(await fates(id)).toEqual({ [one]: SENT, [two]: ["0 accepted", "1 accepted"] });
  expect(mailsTo(one)).toHaveLength(0);
});

it("withdraws a step that is queued", async () => {
  const [one, two] = await givenUsers(2);
  const id = await sendWith("undelivered", one, two);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,0 accepted");
  await holdQueue(installation);
  await timePasses(installation, 301);
  await until(async () => (await stepsOf(id)).filter((step) => step === "1 ready").length === 2);
  expect(await cancelFor(id, one)).toEqual({ ...NOBODY, sentCount: 1 });
  await releaseQueue(installation);
  await school.completed(id);
  expect((await fates(id))[one]).toEqual(["0 accepted", "1 cancelled cancelled_for_user"]);
  expect(mailsTo(one)).toHaveLength(0);
  expect(mailsTo(two)).toHaveLength(1);
});

it.each(["with steps", "without"])("does not try again what was under way, %s", async (kind) => {
  const [one, two] = await givenUsers(2);
  const gate = installation.vendor.hold();
  installation.vendor.answer(() => ({ status: 500 }));
  const id = kind === "with steps" ? await sendWith("failed", one, two) : await sendTo([one, two]);
  await gate.arrived(1);
  expect(await cancelFor(id, one)).toEqual({ ...NOBODY, sentCount: 1 });
  gate.open();
  await until(async () => (await school.deliveriesOf(id)).every(({ attemptCount }) => attemptCount > 0));
  installation.vendor.answer(() => ({ status: 200 }));
  await until(async () => {
    await pausesPass(installation, 3600);
    return (await stepsOf(id)).every((step) => step !== "0 ready");
  });
  expect(await fates(id)).toEqual({ [one]: STOPPED, [two]: SENT });
  await timePasses(installation, 4 * 86_400);
  await school.completed(id);
});

it.each(["with steps", "without"])(
  "ends what comes back from a batch that was under way, though its channel stays down, %s",
  async (kind) => {
    const [one] = await givenUsers(1);
    const gate = installation.vendor.hold();
    installation.vendor.answer(() => ({ status: 500 }));
    const id = kind === "with steps" ? await sendWith("failed", one) : await sendTo([one]);
    await gate.arrived(1);
    await goesDown(installation, school, school.channels.courier);
    await cancelFor(id, one);
    gate.open();
    await school.completed(id);
    expect(await fates(id)).toEqual({ [one]: STOPPED });
    await installation.books.transaction(({ sql }) => sql`delete from channel_circuits`);
  },
);

it.each([
  { name: "named", audience: async (userIds: string[]) => users(...userIds) },
  {
    name: "named and deduplicated",
    audience: async (userIds: string[]) => users(...userIds),
    rest: { deduplicateSeconds: 3600 },
  },
  { name: "tagged", audience: async (userIds: string[]) => tagged(userIds) },
])(
  "makes cancelled what is made later: a scheduled message to users who are $name",
  async ({ audience, rest }) => {
    const [one, two] = await givenUsers(2);
    const schedule = { at: new Date(Date.now() + 3600_000).toISOString(), timeZone: "Asia/Shanghai" };
    const message = { channels: undefined, policy: policies.undelivered, schedule, ...rest };
    const id = await school.send(messageTo(await audience([one, two]), [], message));
    expect(await cancelFor(id, one)).toEqual({ ...NOBODY, notMadeCount: 1 });
    await timePasses(installation, 3601);
    await until(async () => (await stepsOf(id)).includes("0 accepted"));
    expect(await fates(id)).toEqual({ [one]: STOPPED, [two]: SENT });
    await timePasses(installation, 301);
    const { counts } = await school.completed(id);
    expect(await fates(id)).toEqual({ [one]: STOPPED, [two]: ["0 accepted", "1 accepted"] });
    expect(counts).toMatchObject({ targeted: 3, valid: 3, submitted: 2, cancelled: 1 });
    expect(await cancelFor(id, one).catch(() => "ended")).toBe("ended");
  },
);

it("ends what is left for users of a paused message, which completes when it goes on", async () => {
  const [one, two] = await givenUsers(2);
  await holdQueue(installation);
  const id = await sendTo([one, two]);
  await school.expanded(id);
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/pause`));
  await releaseQueue(installation);
  expect(await cancelFor(id, one, two)).toEqual({ ...NOBODY, cancelledCount: 2 });
  expect((await school.message(id)).state).toBe("paused");
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/resumption`));
  await school.completed(id);
});

it("says of whom nothing could be sent before that it had ended", async () => {
  const [one, two] = await givenUsers(2);
  await school.addUsers([{ userId: "without-address" }]);
  await holdQueue(installation);
  const id = await sendTo([one, two, "without-address"]);
  await school.expanded(id);
  expect(await cancelFor(id, one, "without-address")).toEqual({
    ...NOBODY,
    cancelledCount: 1,
    endedCount: 1,
  });
  await releaseQueue(installation);
  await school.completed(id);
});

it("refuses who is nobody, or not one of its recipients, and changes nothing then", async () => {
  const [one, two, other] = await givenUsers(3);
  await holdQueue(installation);
  const id = await sendTo([one, two]);
  await school.expanded(id);
  const unknown = await tryToCancelFor(id, one, "nobody");
  expectProblem(unknown, "invalid-input", 422);
  expect(unknown.body).toMatchObject({ errors: [{ pointer: "/userIds/1", code: "unknown_user" }] });
  const notIts = await tryToCancelFor(id, other, one);
  expect(notIts.body).toMatchObject({ errors: [{ pointer: "/userIds/0", code: "not_a_recipient" }] });
  expectProblem(await tryToCancelFor(id), "invalid-input", 422);
  expectProblem(await school.source("POST", `/v1/messages/${id}/cancelled-users`, {}), "invalid-input", 422);
  await releaseQueue(installation);
  await school.completed(id);
  expect(await fates(id)).toEqual({ [one]: SENT, [two]: SENT });
  expectProblem(await tryToCancelFor(id, one), "message-not-cancellable", 409);
});

it("refuses for a message that goes to typed addresses, and says what to do", async () => {
  await holdQueue(installation);
  const audience = { kind: "addresses", addresses: [{ address: "typed" }] };
  const id = await school.send(messageTo(audience, ["courier"]));
  const answer = await tryToCancelFor(id, await givenUser());
  expectProblem(answer, "message-without-users", 409);
  await releaseQueue(installation);
  await school.completed(id);
});

it("leaves a message that says the same, and one that repeats it, alone", async () => {
  const [one, two] = await givenUsers(2);
  await holdQueue(installation);
  const id = await sendTo([one, two]);
  await school.expanded(id);
  await cancelFor(id, one);
  const same = await sendTo([one, two]);
  await releaseQueue(installation);
  await school.completed(id);
  await school.completed(same);
  expect(await fates(same)).toEqual({ [one]: SENT, [two]: SENT });
  const stopped = (await school.deliveriesOf(id)).find(({ user }) => user?.userId === one);
  const again = await mustSucceed<{ id: string }>(
    school.owner("POST", `/v1/deliveries/${stopped?.id}/resend`, {}),
  );
  await school.completed(again.id);
  expect(await fates(again.id)).toEqual({ [one]: SENT });
  await roundsPass();
});

/** The users, who have a tag from now on. */
async function tagged(userIds: string[]) {
  const tag = `tag ${userIds.join(" ")}`;
  const identitiesOf = (userId: string) => [
    { kind: "push", address: userId },
    { kind: "email", address: `${userId}@example.cn` },
  ];
  await school.addUsers(userIds.map((userId) => ({ userId, tags: [tag], identities: identitiesOf(userId) })));
  return { kind: "tags", any: [tag], all: [], not: [] };
}
