import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  releaseQueue,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  installation.vendor.reset();
  await expectNothingLost(installation);
});

let nextUser = 0;
async function givenUsers(count: number, rest: object = {}): Promise<string[]> {
  const pupils = Array.from({ length: count }, () => `l-${nextUser++}`);
  await school.addUsers(
    pupils.map((userId) => ({
      userId,
      identities: [
        { kind: "push", address: userId },
        { kind: "email", address: `${userId}@example.cn` },
      ],
      ...rest,
    })),
  );
  return pupils;
}

const tagged = (tag: string) => ({ kind: "tags", any: [tag], all: [], not: [] });

/** What became of each user of a completed message: its state and reason. */
async function fates(id: string): Promise<Record<string, string>> {
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  return Object.fromEntries(
    deliveries.map(({ user, address, state, reason }) => [
      user?.userId ?? address ?? "",
      `${state} ${reason}`,
    ]),
  );
}

const SENT = "accepted null";

describe("a list of who may or may not get it", () => {
  let nextList = 0;
  async function givenList(entries: object[]): Promise<string> {
    const list = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/recipient-lists", { name: `名单 ${nextList++}` }),
    );
    if (entries.length > 0) {
      await mustSucceed(school.owner("POST", `/v1/recipient-lists/${list.id}/entries`, { entries }));
    }
    return list.id;
  }

  it("leaves out who is on the deny list, and who is not on the allow list, of every kind of audience", async () => {
    const [on = "", off = ""] = await givenUsers(2, { tags: ["乙班"] });
    const list = await givenList([{ userId: on }]);
    for (const audience of [users(on, off), tagged("乙班")]) {
      const denied = await school.send(messageTo(audience, ["courier"], { denyList: list }));
      expect(await fates(denied)).toEqual({ [on]: "suppressed on_deny_list", [off]: SENT });
      const allowed = await school.send(messageTo(audience, ["courier"], { allowList: list }));
      expect(await fates(allowed)).toEqual({ [on]: SENT, [off]: "suppressed not_on_allow_list" });
    }
  });

  it("judges typed addresses and users' addresses by the address", async () => {
    const [on, off] = [newPhone(), newPhone()];
    await school.addUsers([{ userId: "l-by-address", identities: [{ kind: "sms", address: `+86${on}` }] }]);
    const list = await givenList([{ kind: "sms", address: on }]);
    const typed = { kind: "addresses", addresses: [{ address: on }, { address: off }] };
    const id = await school.send(messageTo(typed, ["sms"], { denyList: list }));
    expect(await fates(id)).toMatchObject({ [on]: "suppressed on_deny_list" });
    expect(installation.sms.received().some(({ to }) => to.endsWith(off))).toBe(true);
    const byUser = await school.send(messageTo(users("l-by-address"), ["sms"], { denyList: list }));
    expect(await fates(byUser)).toEqual({ "l-by-address": "suppressed on_deny_list" });
  });

  it("reaches nobody with an empty allow list", async () => {
    const [user = ""] = await givenUsers(1);
    const id = await school.send(messageTo(users(user), ["courier"], { allowList: await givenList([]) }));
    expect(await fates(id)).toEqual({ [user]: "suppressed not_on_allow_list" });
  });

  it("refuses both lists at once, and one that is not there", async () => {
    const [user = ""] = await givenUsers(1);
    const list = await givenList([]);
    const both = await school.trySend(
      messageTo(users(user), ["courier"], { allowList: list, denyList: list }),
    );
    expectProblem(both, "invalid-input", 422);
    const none = "lst_00000000000000000000000000";
    const absent = await school.trySend(messageTo(users(user), ["courier"], { denyList: none }));
    expectProblem(absent, "invalid-input", 422);
    expect(absent.text).toContain("/denyList");
  });

  it("keeps a list that a message still goes by", async () => {
    const [user = ""] = await givenUsers(1);
    const list = await givenList([{ userId: user }]);
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const schedule = { at, timeZone: "Asia/Shanghai" };
    const id = await school.send(messageTo(users(user), ["courier"], { denyList: list, schedule }));
    expectProblem(await school.owner("DELETE", `/v1/recipient-lists/${list}`), "recipient-list-in-use", 409);
    await mustSucceed(school.owner("POST", `/v1/messages/${id}/cancellation`));
    await mustSucceed(school.owner("DELETE", `/v1/recipient-lists/${list}`));
  });
});

describe("deduplication by content", () => {
  const DAY = 86_400;
  const saying = (content: string, audience: object, rest: object = {}) =>
    messageTo(audience, ["courier"], { variables: { content }, deduplicateSeconds: DAY, ...rest });

  it("leaves out who was sent the same, and only the same", async () => {
    const [both = "", second = ""] = await givenUsers(2);
    expect(await fates(await school.send(saying("缴费", users(both))))).toEqual({ [both]: SENT });
    expect(await fates(await school.send(saying("缴费", users(both, second))))).toEqual({
      [both]: "suppressed duplicate_content",
      [second]: SENT,
    });
    expect(await fates(await school.send(saying("放假", users(both))))).toEqual({ [both]: SENT });
  });

  it("counts per channel kind, and only what messages that ask for it have sent", async () => {
    const [user = ""] = await givenUsers(1);
    await school.completed(
      await school.send(messageTo(users(user), ["courier"], { variables: { content: "甲" } })),
    );
    expect(await fates(await school.send(saying("甲", users(user))))).toEqual({ [user]: SENT });
    const byMail = await school.send(saying("甲", users(user), { channels: ["mail"] }));
    expect(await fates(byMail)).toEqual({ [user]: SENT });
    const plain = messageTo(users(user), ["courier"], { variables: { content: "甲" } });
    expect(await fates(await school.send(plain))).toEqual({ [user]: SENT });
  });

  it("tells typed addresses apart by their own variables", async () => {
    const phone = newPhone();
    const typed = (content: string) =>
      messageTo({ kind: "addresses", addresses: [{ address: phone, variables: { content } }] }, ["sms"], {
        variables: {},
        deduplicateSeconds: DAY,
      });
    const send = async (content: string) => Object.values(await fates(await school.send(typed(content))));
    await send("一");
    expect(await send("一")).toEqual(["suppressed duplicate_content"]);
    expect(await send("二")).not.toEqual(["suppressed duplicate_content"]);
  });

  it("does not count what was refused, or never sent", async () => {
    const [user = ""] = await givenUsers(1);
    installation.vendor.answer(({ refs }) => ({
      status: 200,
      body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "bad_text"])) }),
    }));
    expect(await fates(await school.send(saying("补考", users(user))))).toEqual({
      [user]: "failed bad_text",
    });
    installation.vendor.reset();
    expect(await fates(await school.send(saying("补考", users(user))))).toEqual({ [user]: SENT });
  });

  it("looks back no further than the message asks", async () => {
    const [user = ""] = await givenUsers(1);
    await school.completed(await school.send(saying("早操", users(user))));
    await timePasses(installation, 2 * 3600);
    const near = await school.send(saying("早操", users(user), { deduplicateSeconds: 3600 }));
    expect(await fates(near)).toEqual({ [user]: SENT });
    const far = await school.send(saying("早操", users(user)));
    expect(await fates(far)).toEqual({ [user]: "suppressed duplicate_content" });
  });

  it("looks back to when the same was sent, however long that had waited", async () => {
    const [user = ""] = await givenUsers(1);
    await school.completed(await school.send(saying("晚课", users(user))));
    await madeEarlier();
    const again = await school.send(saying("晚课", users(user), { deduplicateSeconds: 3600 }));
    expect(await fates(again)).toEqual({ [user]: "suppressed duplicate_content" });
  });

  it("leaves out for whom the same still waits, however long it has", async () => {
    const [user = ""] = await givenUsers(1);
    await holdQueue(installation);
    const waiting = await school.send(saying("夜跑", users(user)));
    await school.expanded(waiting);
    await madeEarlier();
    const again = await school.send(saying("夜跑", users(user), { deduplicateSeconds: 3600 }));
    await school.expanded(again);
    await releaseQueue(installation);
    expect(await fates(again)).toEqual({ [user]: "suppressed duplicate_content" });
    expect(await fates(waiting)).toEqual({ [user]: SENT });
  });

  const madeEarlier = () =>
    installation.books.transaction(
      ({ sql }) => sql`update sent_contents set created_at = created_at - interval '2 hours'`,
    );

  it("sends the same to each once, of messages that come at the same moment", async () => {
    const pupils = await givenUsers(20);
    const ids = await Promise.all(
      Array.from({ length: 12 }, () => school.send(saying("同时", users(...pupils)))),
    );
    await school.allCompleted(ids);
    const counts = await Promise.all(ids.map(async (id) => (await school.message(id)).counts.submitted));
    expect(counts.reduce((sum = 0, count = 0) => sum + count, 0)).toBe(pupils.length);
    const sentTo = installation.vendor.calls.flatMap(({ body }) =>
      (JSON.parse(body) as { items: { to: string }[] }).items.map(({ to }) => to),
    );
    expect(sentTo.sort()).toEqual([...pupils].sort());
  });

  it("sends the same to each once, of broadcasts that are expanded at the same moment by two workers", async () => {
    const pupils = await givenUsers(300, { tags: ["全班"] });
    const second = await installation.startEngine();
    const ids = await Promise.all(
      Array.from({ length: 4 }, () => school.send(saying("广播", tagged("全班")))),
    );
    await school.allCompleted(ids);
    await second.stop();
    const sentTo = installation.vendor.calls.flatMap(({ body }) =>
      (JSON.parse(body) as { items: { to: string }[] }).items.map(({ to }) => to),
    );
    expect(sentTo.sort()).toEqual([...pupils].sort());
  });

  it("leaves later steps out too, but not the steps of one message among themselves", async () => {
    const [user = ""] = await givenUsers(1);
    const { courier, mail } = school.channels;
    const { id: policy } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name: "先推送",
        steps: [{ channelIds: [courier.id] }, { channelIds: [mail.id], when: "failed" }],
      }),
    );
    installation.vendor.answer(({ refs }) => ({
      status: 200,
      body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "bad_text"])) }),
    }));
    const send = () => school.send(saying("步骤", users(user), { channels: undefined, policy }));
    const stepsOf = async (id: string) =>
      (await school.deliveriesOf(id)).map(({ step, state, reason }) => `${step} ${state} ${reason}`);
    const reached = await send();
    await until(async () => (await stepsOf(reached)).includes("1 accepted null"));
    const repeated = await send();
    await school.completed(repeated);
    expect((await stepsOf(repeated)).sort()).toEqual(["0 failed bad_text", "1 suppressed duplicate_content"]);
    await school.completed(reached);
  });

  it("forgets what no message can look back to any more, but not what was sent long after it was made", async () => {
    const [old = "", late = "", young = ""] = await givenUsers(3);
    await school.completed(await school.send(saying("往事", users(old, late, young))));
    const keys = async () =>
      installation.books.transaction(
        ({ sql }) => sql<{ name: string }[]>`select u.external_id as name from sent_contents s
          join deliveries d on d.id = s.delivery_id join users u on u.id = d.user_id
          where u.external_id = any(${[old, late, young]}) order by 1`,
      );
    expect(await keys()).toHaveLength(3);
    await installation.books.transaction(async ({ sql }) => {
      const of = (names: string[]) => sql`select d.id from deliveries d join users u on u.id = d.user_id
        where u.external_id = any(${names})`;
      await sql`update sent_contents set created_at = now() - interval '40 days'
        where delivery_id in (${of([old, late])})`;
      await sql`update deliveries set accepted_at = now() - interval '31 days' where id in (${of([old])})`;
      await sql`update deliveries set accepted_at = now() - interval '29 days' where id in (${of([late])})`;
    });
    // The loop runs at its start and hourly.
    const engine = await installation.startEngine();
    await until(async () => (await keys()).length === 2);
    await engine.stop();
    expect(await keys()).toEqual([{ name: late }, { name: young }]);
    const again = saying("往事", users(late), { deduplicateSeconds: 30 * DAY });
    expect(await fates(await school.send(again))).toEqual({ [late]: "suppressed duplicate_content" });
  });

  it("is no obstacle to a forced resend", async () => {
    const [user = ""] = await givenUsers(1);
    const first = await school.send(saying("重发", users(user)));
    expect(await fates(first)).toEqual({ [user]: SENT });
    const { id: deliveryId } = await school.timelineOf(first);
    const resent = await mustSucceed<{ id: string }>(
      school.owner("POST", `/v1/deliveries/${deliveryId}/resend`, { force: true }),
    );
    expect(await fates(resent.id)).toEqual({ [user]: SENT });
  });
});
