import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  BACKENDS,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";
import { WITHOUT_REDIS } from "../harness/redis.ts";

describe.each(BACKENDS)("what goes out, with the queue on %s", (backend) => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation({ backend });
    school = await givenSchool(installation);
  });
  afterAll(() => installation?.stop());
  afterEach(() => expectNothingLost(installation));

  it("reaches a user by SMS, the vendor's receipt makes it delivered, and the timeline tells it in order", async () => {
    const phone = newPhone();
    await school.addUsers([{ userId: "sms-1", identities: [{ kind: "sms", address: phone }] }]);
    const id = await school.send(messageTo(users("sms-1"), ["sms"]));
    await school.completed(id);
    const delivery = await school.reaches(id, "delivered");
    expect(delivery.timeline.map(({ kind }) => kind)).toEqual([
      "created",
      "attempt_started",
      "attempt_ended",
      "receipt",
    ]);
    const arrived = installation.sms.received().filter(({ to }) => to.endsWith(phone));
    expect(arrived).toMatchObject([{ text: "【知行学校】【通知】明天放假", ref: delivery.id }]);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 1, submitted: 1, delivered: 1 });
  });

  it("reports a phone that is out of service as undelivered, with the vendor's code", async () => {
    await school.addUsers([{ userId: "sms-2", identities: [{ kind: "sms", address: newPhone("0000") }] }]);
    const id = await school.send(messageTo(users("sms-2"), ["sms"]));
    const delivery = await school.reaches(id, "undelivered");
    expect(delivery.reason).toBe("MOBILE_NOT_ON_SERVICE");
  });

  it("hands every mail over for one recipient, under a Message-ID made of the delivery's id", async () => {
    await school.addUsers(
      ["a", "b", "c"].map((name) => ({
        userId: `mail-${name}`,
        identities: [{ kind: "email", address: `${name}@example.cn` }],
      })),
    );
    const id = await school.send(messageTo(users("mail-a", "mail-b", "mail-c"), ["mail"]));
    await school.completed(id);
    const deliveries = await school.deliveriesOf(id);
    expect(deliveries.map(({ state }) => state)).toEqual(["accepted", "accepted", "accepted"]);
    const arrived = installation.mail.received();
    expect(arrived.map(({ to, ref }) => [to, ref]).sort()).toEqual(
      deliveries.map(({ address, id: ref }) => [address, ref]).sort(),
    );
  });

  it("signs webhooks so that the receiver takes them", async () => {
    await school.addUsers([{ userId: "hook-1", identities: [{ kind: "webhook", address: "screen-1" }] }]);
    const id = await school.send(messageTo(users("hook-1"), ["hook"]));
    await school.completed(id);
    const delivery = await school.timelineOf(id);
    expect(delivery.state).toBe("accepted");
    expect(installation.hook.received()).toMatchObject([{ to: "screen-1", ref: delivery.id }]);
  });

  it("sends to typed addresses with each row's own variables, every address once", async () => {
    const [first, second] = [newPhone(), newPhone()];
    const addresses = [
      { address: first, variables: { content: "甲" } },
      { address: second, variables: { content: "乙" } },
      { address: first, variables: { content: "甲" } },
    ];
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["sms"], { variables: {} }));
    await school.completed(id);
    const texts = installation.sms
      .received()
      .filter(({ to }) => to.endsWith(first) || to.endsWith(second))
      .map(({ text }) => text);
    expect(texts.sort()).toEqual(["【知行学校】【通知】乙", "【知行学校】【通知】甲"]);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 2, submitted: 2 });
  });

  it("chooses users by their tags: any, all and not", async () => {
    const pupil = (userId: string, tags: string[]) => ({
      userId,
      tags,
      identities: [{ kind: "push", address: userId }],
    });
    await school.addUsers([
      pupil("t-1", ["初一", "住校"]),
      pupil("t-2", ["初一"]),
      pupil("t-3", ["初二", "住校"]),
      pupil("t-4", ["初一", "住校", "请假"]),
    ]);
    const audience = { kind: "tags", any: ["初一", "初二"], all: ["住校"], not: ["请假"] };
    const id = await school.send(messageTo(audience, ["courier"]));
    await school.completed(id);
    const reached = (await school.deliveriesOf(id)).map(({ user }) => user?.userId);
    expect(reached.sort()).toEqual(["t-1", "t-3"]);
  });

  it("suppresses a user without an address and an unknown user, each with its reason", async () => {
    await school.addUsers([
      { userId: "no-phone" },
      { userId: "has-phone", identities: [{ kind: "sms", address: newPhone() }] },
    ]);
    const id = await school.send(messageTo(users("no-phone", "nobody", "has-phone"), ["sms"]));
    await school.completed(id);
    const deliveries = await school.deliveriesOf(id);
    const byState = deliveries.map(({ state, reason, reasonDetail }) => [state, reason, reasonDetail]);
    expect(byState).toContainEqual(["suppressed", "no_address", null]);
    expect(byState).toContainEqual(["suppressed", "user_unknown", "nobody"]);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 3, valid: 1, suppressed: 2 });
  });

  it("prefers an identity bound to the source over the one for all, and says so", async () => {
    const identities = [
      { kind: "push", address: "everyone" },
      { kind: "push", address: "mine", scope: { kind: "source", sourceId: school.sourceId } },
    ];
    await school.addUsers([{ userId: "two-addresses", identities }]);
    const fromSource = await school.send(messageTo(users("two-addresses"), ["courier"]));
    const fromConsole = await school.send(messageTo(users("two-addresses"), ["courier"]), {
      as: school.operator,
    });
    await Promise.all([school.completed(fromSource), school.completed(fromConsole)]);
    expect(await school.timelineOf(fromSource)).toMatchObject({ address: "mine", addressOrigin: "source" });
    expect(await school.timelineOf(fromConsole)).toMatchObject({ address: "everyone", addressOrigin: "all" });
  });

  it("fails a recipient whom the vendor refuses, and only that one", async () => {
    const refused = newPhone("9999");
    await school.addUsers([
      { userId: "good", identities: [{ kind: "sms", address: newPhone() }] },
      { userId: "bad", identities: [{ kind: "sms", address: refused }] },
    ]);
    const id = await school.send(messageTo(users("good", "bad"), ["sms"]));
    await school.completed(id);
    const states = (await school.deliveriesOf(id)).map(({ user, state, reason }) => [
      user?.userId,
      state === "delivered" ? "accepted" : state,
      reason,
    ]);
    expect(states.sort()).toEqual([
      ["bad", "failed", "isv.MOBILE_NUMBER_ILLEGAL"],
      ["good", "accepted", null],
    ]);
  });
});

it.skipIf(BACKENDS.includes("redis"))(WITHOUT_REDIS, () => {
  expect(BACKENDS).toEqual(["postgres"]);
});
