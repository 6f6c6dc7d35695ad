import { beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  type SchoolChannel,
  until,
  users,
} from "../../../apps/api/test/harness/index.ts";
import {
  couriered,
  inSeconds,
  mailsTo,
  newChannel,
  newSchool,
  newUser,
  passes,
  policyOf,
  refuseAll,
  report,
  roundsPass,
  sendBy,
  stepsOf,
} from "../scene.ts";
import { stage } from "../stage.ts";

const HOUR = 3600;

describe("4.3 steps of a policy, and delays", () => {
  let school: School;
  /** A second channel that reports reading, as an official account beside the app does. */
  let account: SchoolChannel;
  let clumsy: SchoolChannel;
  beforeAll(async () => {
    school = await newSchool();
    account = await newChannel(school, "account", "test/courier", {
      settings: { url: stage.vendor.url },
      secrets: { token: "t" },
    });
    clumsy = await newChannel(school, "clumsy", "test/clumsy");
  });

  const unreadPolicy = () =>
    policyOf(
      school,
      { channels: [school.channels.courier] },
      { channels: [school.channels.mail], when: "unread", afterSeconds: 300 },
    );
  const undeliveredPolicy = () =>
    policyOf(
      school,
      { channels: [school.channels.courier] },
      { channels: [school.channels.mail], when: "undelivered", afterSeconds: 300 },
    );

  it("S29 sends no second step to somebody who has read the first in time, and the timeline says read", async () => {
    const [reader, other] = [await newUser(school), await newUser(school)];
    const policy = await unreadPolicy();
    const [read, unread] = [await sendBy(school, policy, [reader]), await sendBy(school, policy, [other])];
    const { id: ref } = await school.reaches(read, "accepted");
    await school.reaches(unread, "accepted");
    await report(school, "read", ref);
    await passes(301);
    await school.completed(read);
    await school.completed(unread);
    expect([await stepsOf(school, read), mailsTo(reader)]).toEqual([["0 delivered"], []]);
    expect((await school.timelineOf(read)).timeline.at(-1)).toMatchObject({ kind: "receipt", type: "read" });
    expect([await stepsOf(school, unread), mailsTo(other).length]).toEqual([["0 accepted", "1 accepted"], 1]);
  });

  it("S30 falls back five minutes after the vendor took it, and not when the receipt comes at 4:59", async () => {
    const [reached, silent] = [await newUser(school), await newUser(school)];
    const policy = await undeliveredPolicy();
    const [first, second] = [await sendBy(school, policy, [reached]), await sendBy(school, policy, [silent])];
    const { id: ref } = await school.reaches(first, "accepted");
    await school.reaches(second, "accepted");
    await passes(285);
    await roundsPass(school);
    expect(mailsTo(silent)).toEqual([]);
    await report(school, "delivered", ref);
    await passes(20);
    await school.completed(first);
    await school.completed(second);
    await passes(HOUR);
    await roundsPass(school);
    expect(mailsTo(reached)).toEqual([]);
    expect(mailsTo(silent)).toHaveLength(1);
  });

  it("S33 stops a chain of three at the channel on which the user confirms", async () => {
    const phone = newPhone();
    const userId = await newUser(school, {
      identities: [
        { kind: "push", address: "confirms" },
        { kind: "sms", address: phone },
      ],
    });
    const policy = await policyOf(
      school,
      { channels: [school.channels.courier] },
      { channels: [account], when: "unread", afterSeconds: 300 },
      { channels: [school.channels.sms], when: "unread", afterSeconds: 300 },
    );
    const id = await sendBy(school, policy, [userId], { ttlSeconds: HOUR });
    await school.reaches(id, "accepted");
    await passes(301);
    const { id: ref } = await school.reaches(id, "accepted", 1);
    await school.pushReceipt(account, { events: [{ eventId: "s33", type: "read", at: Date.now(), ref }] });
    await school.completed(id);
    await passes(HOUR);
    await roundsPass(school);
    expect(await stepsOf(school, id)).toEqual(["0 accepted", "1 delivered"]);
    expect(couriered("confirms")).toHaveLength(2);
    expect(stage.sms.received().filter(({ to }) => to.endsWith(phone))).toEqual([]);
  });

  it("S34 falls back from two channels at once when both have failed, and not when one has it", async () => {
    const one = await newUser(school);
    const none = await newUser(school, {
      identities: [
        { kind: "push", address: "gone" },
        { kind: "webhook", address: "gone" },
        { kind: "email", address: "both-failed@example.cn" },
      ],
    });
    const { courier, hook, mail } = school.channels;
    const policy = await policyOf(
      school,
      { channels: [courier, hook] },
      { channels: [mail], when: "failed" },
    );
    refuseAll();
    const half = await sendBy(school, policy, [one]);
    await until(async () => (await stepsOf(school, half)).join() === "0 accepted,0 failed");
    const whole = await sendBy(school, policy, [none]);
    await school.completed(whole);
    expect(await stepsOf(school, whole)).toEqual(["0 failed", "0 failed", "1 accepted"]);
    await roundsPass(school);
    expect(mailsTo(one)).toEqual([]);
  });

  it("S35 takes a plugin that throws over a message for a failure, says so, and goes on with the next step", async () => {
    const userId = await newUser(school, {
      identities: [
        { kind: "clumsy", address: "anybody" },
        { kind: "email", address: "after-clumsy@example.cn" },
      ],
    });
    const policy = await policyOf(
      school,
      { channels: [clumsy] },
      { channels: [school.channels.mail], when: "failed" },
    );
    const say = (text: string) => ({ content: { clumsy: { text }, email: { subject: text, text } } });
    const id = await sendBy(school, policy, [userId], say("throw"));
    await until(async () => {
      // What goes well between shows that it is not the channel that is down.
      await school.completed(await school.send(messageTo(users(userId), ["clumsy"], say("well"))));
      await passes(1000);
      return (await school.message(id)).state === "completed";
    });
    expect(await stepsOf(school, id)).toEqual(["0 failed", "1 accepted"]);
    expect(await school.timelineOf(id)).toMatchObject({ reason: "plugin_error" });
  });

  it("S37 holds a message back until its time, and sends it once then", async () => {
    const userId = await newUser(school);
    const message = messageTo(users(userId), ["courier"], { schedule: inSeconds(60) });
    const answer = await school.trySend(message);
    expect(answer.body).toMatchObject({ outcome: "scheduled" });
    await roundsPass(school);
    expect(couriered(userId)).toEqual([]);
    await passes(61);
    await school.completed(answer.body.id);
    await roundsPass(school);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S38 refuses a time that is missing, none, or long past, at its field; a little past means now", async () => {
    const userId = await newUser(school);
    const ask = (schedule: object) => school.trySend(messageTo(users(userId), ["courier"], { schedule }));
    const { at, timeZone } = inSeconds(60);
    for (const [schedule, pointer] of [
      [{ timeZone }, "/schedule/at"],
      [{ at: "tomorrow morning", timeZone }, "/schedule/at"],
      [inSeconds(-700), "/schedule/at"],
      [{ at }, "/schedule/timeZone"],
    ] as const) {
      const answer = await ask(schedule);
      expectProblem(answer, "invalid-input", 422);
      expect(answer.body).toMatchObject({ errors: [{ pointer }] });
    }
    expect(couriered(userId)).toEqual([]);
    const late = await ask(inSeconds(-60));
    expect(late.body).toMatchObject({ outcome: "accepted" });
    await school.completed(late.body.id);
  });

  it("S39 sends nothing of a delayed message that was cancelled", async () => {
    const userId = await newUser(school);
    const id = await school.send(messageTo(users(userId), ["courier"], { schedule: inSeconds(60) }));
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    await passes(120);
    await roundsPass(school);
    expect((await school.message(id)).state).toBe("cancelled");
    expect(couriered(userId)).toEqual([]);
  });

  it("S40 sends to the other two of whom a message was cancelled for one of three, and takes no step for that one", async () => {
    const [one, two, three] = [await newUser(school), await newUser(school), await newUser(school)];
    const cancelFor = (id: string, userId: string) =>
      mustSucceed<object>(school.source("POST", `/v1/messages/${id}/cancelled-users`, { userIds: [userId] }));
    const audience = users(one, two, three);
    const delayed = await school.send(messageTo(audience, ["courier"], { schedule: inSeconds(60) }));
    expect(await cancelFor(delayed, two)).toMatchObject({ notMadeCount: 1 });
    await passes(120);
    const { counts } = await school.completed(delayed);
    expect(counts).toMatchObject({ targeted: 3, submitted: 2, cancelled: 1 });
    expect([one, two, three].map((userId) => couriered(userId).length)).toEqual([1, 0, 1]);
    const stopped = (await school.deliveriesOf(delayed)).find(({ user }) => user?.userId === two);
    expect(stopped).toMatchObject({ state: "cancelled", reason: "cancelled_for_user" });

    const running = await sendBy(school, await unreadPolicy(), [one, two, three]);
    await until(async () => (await stepsOf(school, running)).join() === "0 accepted,0 accepted,0 accepted");
    expect(await cancelFor(running, two)).toMatchObject({ sentCount: 1 });
    await passes(301);
    await school.completed(running);
    expect([one, two, three].map((userId) => mailsTo(userId).length)).toEqual([1, 0, 1]);
  });

  it("S42 goes by what is known of a step: reached before it is judged, reached in its window, or never", async () => {
    const [before, within, never] = [await newUser(school), await newUser(school), await newUser(school)];
    const policy = await unreadPolicy();
    const gate = stage.vendor.hold();
    const early = await sendBy(school, policy, [before]);
    await gate.arrived(1);
    // Read before the vendor's answer has come: earlier than any window.
    const { id: earlyRef } = await school.timelineOf(early);
    await report(school, "read", earlyRef);
    gate.open();
    await school.completed(early);
    const [inTime, late] = [await sendBy(school, policy, [within]), await sendBy(school, policy, [never])];
    const { id: ref } = await school.reaches(inTime, "accepted");
    await school.reaches(late, "accepted");
    await report(school, "read", ref);
    await school.completed(inTime);
    await passes(301);
    await school.completed(late);
    expect([mailsTo(before), mailsTo(within), mailsTo(never).length]).toEqual([[], [], 1]);
  });

  it("S44 takes somebody through a policy once for each key, however often the event comes", async () => {
    const userId = await newUser(school);
    const policy = await undeliveredPolicy();
    const body = messageTo(users(userId), [], { channels: undefined, policy });
    const ids = await Promise.all([1, 2, 3].map(() => school.send(body, { key: "appointment-7" })));
    const [id = ""] = ids;
    expect(new Set(ids).size).toBe(1);
    await school.reaches(id, "accepted");
    await passes(301);
    await school.completed(id);
    await school.send(body, { key: "appointment-7" });
    await roundsPass(school);
    expect([couriered(userId).length, mailsTo(userId).length]).toEqual([1, 1]);
  });

  it("S45 comes to an end after the longest policy there can be, with every step tried once", async () => {
    const { courier } = school.channels;
    const longest = Array.from({ length: 8 }, (_, index) => ({
      channels: [index % 2 ? account : courier],
      ...(index > 0 && { when: "failed" as const }),
    }));
    const tooLong = [...longest, { channelIds: [courier.id], when: "failed" }];
    expectProblem(
      await school.owner("POST", "/v1/policies", { name: "太长", steps: tooLong }),
      "invalid-input",
      422,
    );
    const userId = await newUser(school);
    refuseAll();
    const id = await sendBy(school, await policyOf(school, ...longest), [userId]);
    await school.completed(id);
    expect(await stepsOf(school, id)).toEqual(longest.map((_, index) => `${index} failed`));
    expect(couriered(userId)).toHaveLength(8);
  });
});
