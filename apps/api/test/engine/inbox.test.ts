import { toUuid } from "@tidings/db";
import { beforeAll, describe, expect, it } from "vitest";
import { createInboxStore, createInboxSweeper } from "../../src/modules/inbox/index.ts";
import {
  expectNothingLost,
  givenSchool,
  messageTo,
  mustSucceed,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { expectPointer } from "../interface/battery.ts";
import {
  addInbox,
  arrived,
  callAsUser,
  countsOf,
  entriesOf,
  givenInboxScene,
  givenUser,
  inboxChannelId,
  installation,
  notice,
  school,
  sendTo,
} from "./inbox-scene.ts";

givenInboxScene();

describe("a message by the inbox", () => {
  it("reaches a user without any identity under their own id, and has arrived with being accepted", async () => {
    const userId = await givenUser();
    const id = await arrived(userId, { link: "/notices/1" });
    const delivery = await school.timelineOf(id);
    expect(delivery).toMatchObject({ state: "delivered", address: userId, addressOrigin: "user" });
    expect(delivery.deliveredAt).toBe(delivery.acceptedAt);
    expect((await school.message(id)).counts).toMatchObject({
      targeted: 1,
      submitted: 1,
      delivered: 1,
      read: 0,
    });
    const entries = await entriesOf(await callAsUser(userId));
    expect(entries).toMatchObject([
      {
        id: delivery.id,
        title: "明天放假",
        body: "请查看",
        link: "/notices/1",
        mustConfirm: false,
        readAt: null,
      },
    ]);
    await expectNothingLost(installation);
  });

  it("puts everybody's entries, and their texts as they are", async () => {
    const name = `<b>"王'&小\\明</b>`;
    const userIds = await Promise.all(Array.from({ length: 30 }, () => givenUser()));
    await school.addUsers([{ userId: userIds[0] ?? "", name }]);
    const id = await sendTo(userIds, notice({ body: "{{user_name}}" }));
    await school.completed(id);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 30, delivered: 30 });
    const [entry] = await entriesOf(await callAsUser(userIds[0] ?? ""));
    expect(entry?.body).toBe(name);
  });

  it("covers a large audience, slice by slice", async () => {
    const big = await givenSchool(installation, "大学");
    await addInbox(big);
    await installation.books.transaction(
      ({ sql }) => sql`
        insert into users (tenant_id, id, external_id, name)
        select ${toUuid("tenant", big.tenantId)}, gen_random_uuid(), 'b-' || n, '学生' from generate_series(1, 5000) n`,
    );
    const id = await big.send(messageTo({ kind: "all" }, ["inbox"], notice()));
    await big.completed(id);
    expect((await big.message(id)).counts).toMatchObject({ targeted: 5000, delivered: 5000 });
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(distinct user_id)::int as count from inbox_entries
        where message_id = ${toUuid("message", id)}`,
    );
    expect(row.count).toBe(5000);
  });

  it("lies there once, however often it is put", async () => {
    const userId = await givenUser();
    const delivery = await school.timelineOf(await arrived(userId));
    const inbox = createInboxStore(installation.foundation)({
      tenantId: school.tenantId,
      channelId: inboxChannelId,
    });
    const again = { ref: delivery.id, title: "另一个标题", body: "", mustConfirm: true };
    expect(await inbox.put([again, again], { keepSeconds: 60 })).toContain(delivery.id);
    expect(await entriesOf(await callAsUser(userId))).toMatchObject([
      { title: "明天放假", mustConfirm: false },
    ]);
  });

  it("goes into no inbox but that of its delivery's user and channel", async () => {
    const other = await givenSchool(installation, "邻校");
    const otherChannelId = await addInbox(other);
    const delivery = await school.timelineOf(await arrived(await givenUser()));
    const store = createInboxStore(installation.foundation);
    const forged = [{ ref: delivery.id, title: "x", body: "", mustConfirm: false }];
    const strange = store({ tenantId: other.tenantId, channelId: otherChannelId });
    expect(await strange.put(forged, { keepSeconds: 60 })).toEqual([]);
    expect(await strange.takeBack([delivery.id])).toEqual([]);
    const beside = store({ tenantId: school.tenantId, channelId: school.channels.courier.id });
    expect(await beside.put(forged, { keepSeconds: 60 })).toEqual([]);
    expect(await beside.takeBack([delivery.id])).toEqual([]);
  });

  it("needs a user: one who is unknown is told apart, and no address is typed or entered", async () => {
    const id = await sendTo(["nobody"]);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "suppressed", reason: "user_unknown" });
    const typed = messageTo({ kind: "addresses", addresses: [{ address: "u" }] }, ["inbox"], notice());
    const refused = await school.trySend(typed);
    expectPointer(refused, "/audience");
    expect(refused.text).toContain("reaches every user under their own id");
    const userId = await givenUser();
    const identity = { kind: "inbox", address: "somebody-else" };
    expectPointer(
      await school.owner("PUT", `/v1/users/${userId}`, { name: "x", identities: [identity] }),
      "/identities/0/kind",
    );
  });

  it("is refused with a link that leads nowhere, and before that with a confirmation that is no choice", async () => {
    const id = await sendTo([await givenUser()], notice({ link: "javascript:alert(1)" }));
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "invalid_link" });
    const unclear = await school.trySend(
      messageTo(users("x"), ["inbox"], notice({ confirmation: "perhaps" })),
    );
    expectPointer(unclear, "/content/inbox/confirmation");
  });
});

describe("what becomes of an entry", () => {
  it("is taken out of the inbox by a recall, also when it was read", async () => {
    const userId = await givenUser();
    const id = await arrived(userId);
    const call = await callAsUser(userId);
    const [entry] = await entriesOf(call);
    await mustSucceed(call("PUT", `/v1/inbox/entries/${entry?.id}/reading`));
    await mustSucceed(school.owner("POST", `/v1/messages/${id}/recall`));
    await school.reaches(id, "recalled");
    expect(await entriesOf(call)).toEqual([]);
    expect(await countsOf(call)).toEqual({ unreadCount: 0, toConfirmCount: 0 });
    expect((await call("PUT", `/v1/inbox/entries/${entry?.id}/reading`)).status).toBe(404);
  });

  it("is hidden when the message's time to live is over, and deleted a month later", async () => {
    const userId = await givenUser();
    const id = await sendTo([userId], { ...notice(), ttlSeconds: 3600 });
    await school.completed(id);
    const call = await callAsUser(userId);
    expect(await entriesOf(call)).toHaveLength(1);
    const moveBack = (seconds: number) =>
      installation.books.transaction(
        ({ sql }) => sql`update inbox_entries set expires_at = expires_at - make_interval(secs => ${seconds})
          where message_id = ${toUuid("message", id)}`,
      );
    const left = () =>
      installation.books.transaction(
        ({ sql }) => sql`select from inbox_entries where message_id = ${toUuid("message", id)}`,
      );
    await moveBack(3700);
    expect(await entriesOf(call)).toEqual([]);
    expect(await countsOf(call)).toEqual({ unreadCount: 0, toConfirmCount: 0 });
    const { dispatch, transactAsWorker: transact } = installation.foundation;
    const sweeper = createInboxSweeper({ dispatch, transact });
    await sweeper.run();
    expect(await left()).toHaveLength(1);
    await moveBack(31 * 86_400);
    await sweeper.run();
    expect(await left()).toHaveLength(0);
  });

  it("goes with its user", async () => {
    const userId = await givenUser();
    await arrived(userId);
    const call = await callAsUser(userId);
    await mustSucceed(school.owner("DELETE", `/v1/users/${userId}`));
    await until(async () => (await call("GET", "/v1/inbox/counts")).status === 401);
    await school.addUsers([{ userId }]);
    expect(await entriesOf(await callAsUser(userId))).toEqual([]);
    expect((await call("GET", "/v1/inbox/counts")).status).toBe(401);
  });
});

describe("a policy that begins with the inbox", () => {
  let policy: string;

  beforeAll(async () => {
    const steps = [
      { channelIds: [inboxChannelId] },
      { channelIds: [school.channels.courier.id], when: "unread", afterSeconds: 300 },
    ];
    policy = (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", { name: "p", steps })))
      .id;
  });

  const sendByPolicy = async (userId: string) => {
    const content = { ...notice().content, push: { text: "{{content}}" } };
    const id = await school.send(messageTo(users(userId), [], { channels: undefined, policy, content }));
    await school.reaches(id, "delivered");
    return id;
  };
  const givenReachable = async () => {
    const userId = await givenUser();
    await school.addUsers([{ userId, identities: [{ kind: "push", address: userId }] }]);
    return userId;
  };

  it("falls back where the entry stays unread", async () => {
    const id = await sendByPolicy(await givenReachable());
    await timePasses(installation, 301);
    await school.completed(id);
    const steps = (await school.deliveriesOf(id)).map(({ step, state }) => `${step} ${state}`);
    expect(steps.sort()).toEqual(["0 delivered", "1 accepted"]);
  });

  it("does not fall back where the user has read it, and counts the reading", async () => {
    const userId = await givenReachable();
    const id = await sendByPolicy(userId);
    const call = await callAsUser(userId);
    const [entry] = await entriesOf(call);
    await mustSucceed(call("PUT", `/v1/inbox/entries/${entry?.id}/reading`));
    await school.completed(id);
    await timePasses(installation, 301);
    expect(await school.deliveriesOf(id)).toMatchObject([{ step: 0, state: "delivered" }]);
    expect((await school.timelineOf(id)).readAt).not.toBeNull();
    const { counts } = await until(async () => {
      const message = await school.message(id);
      return message.counts.read === 1 ? message : undefined;
    });
    expect(counts).toMatchObject({ targeted: 1, delivered: 1, read: 1 });
    await expectNothingLost(installation);
  });
});
