import { expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
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
  policies,
  pushed,
  roundsPass,
  school,
  sendWith,
  stepsOf,
} from "./fallback-scene.ts";

givenFallbackScene();

it("counts a receipt that comes after the fallback as a wasted fallback", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await timePasses(installation, 301);
  await school.completed(id);
  await pushed("delivered", ref);
  await pushed("read", ref);
  expect(await stepsOf(id)).toEqual(["0 delivered", "1 accepted"]);
  await until(async () => (await flowOf(userId))?.wasted === 1);
  expect(await flowOf(userId)).toEqual({ state: "satisfied", step: 1, wasted: 1 });
  expect((await school.message(id)).counts).toMatchObject({ delivered: 1, read: 1, wasted: 1 });
  const listed = async (wasted: boolean) => {
    const { items } = await mustSucceed<{ items: { step: number; wastedAt: string | null }[] }>(
      school.owner("GET", `/v1/messages/${id}/deliveries?wasted=${wasted}`),
    );
    return items.map(({ step, wastedAt }) => [step, wastedAt !== null]);
  };
  expect(await listed(true)).toEqual([[1, true]]);
  expect(await listed(false)).toEqual([[0, false]]);
  await expectNothingLost(installation);
});

it("does not call a fallback wasted for a receipt that is not what the policy waits for", async () => {
  const userId = await givenUser();
  const id = await sendWith("unread", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await timePasses(installation, 301);
  await school.completed(id);
  await pushed("delivered", ref);
  await roundsPass();
  expect(await flowOf(userId)).toEqual({ state: "exhausted", step: 1, wasted: 0 });
  await pushed("read", ref);
  await until(async () => (await flowOf(userId))?.wasted === 1);
});

it("cancels a fallback that is still queued when the receipt comes late", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await holdQueue(installation);
  await timePasses(installation, 301);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,1 ready");
  await pushed("delivered", ref);
  await until(async () => (await stepsOf(id)).join() === "0 delivered,1 cancelled");
  await releaseQueue(installation);
  await school.completed(id);
  expect((await school.deliveriesOf(id))[1]).toMatchObject({ reason: "reached_earlier" });
  expect(await flowOf(userId)).toEqual({ state: "satisfied", step: 1, wasted: 0 });
  expect(mailsTo(userId)).toHaveLength(0);
});

it("goes through three steps, each by its own condition, and ends exhausted", async () => {
  const userId = await givenUser({ email: "bounce@example.cn" });
  const id = await sendWith("three", userId);
  await school.reaches(id, "accepted");
  await timePasses(installation, 301);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 accepted", "1 failed", "2 accepted"]);
  expect(await flowOf(userId)).toEqual({ state: "exhausted", step: 2, wasted: 0 });
});

it("skips a later step at once for a user without an address on it", async () => {
  await school.addUsers([
    {
      userId: "no-mail",
      identities: [
        { kind: "push", address: "no-mail" },
        { kind: "webhook", address: "no-mail" },
      ],
    },
  ]);
  const id = await sendWith("three", "no-mail");
  await school.reaches(id, "accepted");
  await timePasses(installation, 301);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 accepted", "1 suppressed", "2 accepted"]);
  expect((await school.deliveriesOf(id))[1]).toMatchObject({ reason: "no_address" });
});

it("has no address for users who are deleted while the next step waits, and ends their messages", async () => {
  const [leaver, stayer] = [await givenUser(), await givenUser()];
  const ids = [await sendWith("three", leaver), await sendWith("undelivered", leaver, stayer)] as const;
  await school.reaches(ids[0], "accepted");
  await until(async () => (await stepsOf(ids[1])).join() === "0 accepted,0 accepted");
  await mustSucceed(school.owner("DELETE", `/v1/users/${leaver}`));
  await timePasses(installation, 301);
  await school.allCompleted([...ids]);
  const [alone, together] = await Promise.all(ids.map((id) => school.deliveriesOf(id)));
  expect(alone).toMatchObject([
    { step: 0, state: "accepted" },
    { step: 1, state: "suppressed", reason: "no_address", user: null },
    { step: 2, state: "suppressed", reason: "no_address", user: null },
  ]);
  const later = together?.filter(({ step }) => step === 1).map(({ state }) => state);
  expect(later?.sort()).toEqual(["accepted", "suppressed"]);
  expect(mailsTo(leaver)).toHaveLength(0);
  expect(mailsTo(stayer)).toHaveLength(1);
});

it("sends no third step when the first is read after the second has left", async () => {
  const userId = await givenUser();
  const id = await sendWith("three", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await timePasses(installation, 301);
  await school.reaches(id, "accepted", 1);
  await pushed("read", ref);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 delivered", "1 accepted"]);
  expect(await flowOf(userId)).toEqual({ state: "satisfied", step: 1, wasted: 1 });
});

it("does what the simulator says: in time and late", async () => {
  const { courier } = school.channels;
  const tried = async (deliveredAfterSeconds: number) => {
    const body = {
      policyId: policies.undelivered,
      channels: [{ channelId: courier.id, deliveredAfterSeconds }],
    };
    const { timeline, ...end } = await mustSucceed<{ timeline: { kind: string; step: number }[] }>(
      school.owner("POST", "/v1/policies/simulations", body),
    );
    const steps = timeline.filter(({ kind }) => kind === "step_started").length;
    const userId = await givenUser();
    const id = await sendWith("undelivered", userId);
    const { id: ref } = await school.reaches(id, "accepted");
    await timePasses(installation, deliveredAfterSeconds);
    if (deliveredAfterSeconds > 300) await school.reaches(id, "accepted", 1);
    await pushed("delivered", ref);
    await school.completed(id);
    await until(async () => (await flowOf(userId))?.state === "satisfied");
    const flow = await flowOf(userId);
    expect({ outcome: flow?.state, wastedCount: flow?.wasted }).toEqual(end);
    expect((await stepsOf(id)).length).toBe(steps);
    return steps;
  };
  expect(await tried(299)).toBe(1);
  expect(await tried(310)).toBe(2);
});

it("keeps the version that a message started with when the policy is changed", async () => {
  const { courier, mail, hook } = school.channels;
  const steps = [
    { channelIds: [courier.id] },
    { channelIds: [mail.id], when: "undelivered", afterSeconds: 300 },
  ];
  const saved = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "changing", steps }),
  );
  policies.changing = saved.id;
  const userId = await givenUser();
  const id = await sendWith("changing", userId);
  await school.reaches(id, "accepted");
  const changed = [steps[0], { ...steps[1], channelIds: [hook.id] }];
  await mustSucceed(school.owner("PUT", `/v1/policies/${saved.id}`, { name: "changing", steps: changed }));
  await timePasses(installation, 301);
  await school.completed(id);
  expect(mailsTo(userId)).toHaveLength(1);
});

it("says that a policy is archived when a message asks for it", async () => {
  const saved = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "old", steps: [{ channelIds: [school.channels.mail.id] }] }),
  );
  await mustSucceed(school.owner("POST", `/v1/policies/${saved.id}/archive`));
  const body = messageTo(users(await givenUser()), [], { channels: undefined, policy: saved.id });
  const answer = await school.trySend(body);
  expectProblem(answer, "policy-archived", 409);
  expect(answer.body).toMatchObject({
    detail: expect.stringContaining('"old"'),
    errors: [{ pointer: "/policy" }],
  });
});

it("does not call cancelled what may have been sent and waits to be repeated, when an earlier step arrives", async () => {
  const settings = { url: `${installation.vendor.url}/hook` };
  await mustSucceed(school.owner("PATCH", `/v1/channels/${school.channels.hook.id}`, { settings }));
  const steps = [
    { channelIds: [school.channels.courier.id] },
    { channelIds: [school.channels.hook.id], when: "undelivered", afterSeconds: 300 },
  ];
  const policy = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "courier, then webhook", steps }),
  );
  const userId = await givenUser();
  installation.vendor.answer(({ path }) => (path === "/hook" ? "cut" : { status: 200 }));
  const id = await school.send(messageTo(users(userId), [], { channels: undefined, policy: policy.id }));
  const { id: ref } = await school.reaches(id, "accepted", 0);
  await timePasses(installation, 301);
  await until(async () => (await school.timelineOf(id, 1).catch(() => undefined))?.attemptCount === 1);
  await pushed("delivered", ref);
  await until(async () => (await stepsOf(id)).join() === "0 delivered,1 unknown");
});
