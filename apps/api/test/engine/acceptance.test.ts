import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { storeTogether } from "../../src/modules/messages/accept/store-message.ts";
import { createForgettingLoop, type NewMessage } from "../../src/modules/messages/index.ts";
import { transactAtOnceIn } from "../../src/platform/database/index.ts";
import { newId } from "../../src/platform/ids.ts";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  newPhone,
  QUOTA_CONTACT,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers([
    { userId: "u-1", identities: [{ kind: "push", address: "device-1" }] },
    { userId: "u-2", identities: [{ kind: "push", address: "device-2" }] },
  ]);
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

describe("idempotency", () => {
  it("makes one message of 50 requests at once with the same key", async () => {
    const message = messageTo(users("u-1"), ["courier"]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => school.trySend(message, { key: "same-key" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ headers }) => !headers.has("idempotency-replayed"))).toHaveLength(1);
    const [id = ""] = ids;
    await school.completed(id);
    const { id: ref } = await school.timelineOf(id);
    expect(installation.vendor.effects.get(ref)).toBe(1);
  });

  it("answers a repeat with the first answer, marked as a replay", async () => {
    const message = messageTo(users("u-1"), ["courier"]);
    const first = await school.trySend(message, { key: "repeat" });
    await school.completed(first.body.id);
    const second = await school.trySend(message, { key: "repeat" });
    expect(second.status).toBe(202);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(first.headers.has("idempotency-replayed")).toBe(false);
  });

  it("takes the same content in another order of fields for the same request", async () => {
    const message = messageTo(users("u-1"), ["courier"]);
    const first = await school.trySend(message, { key: "order" });
    const turned = Object.fromEntries(Object.entries(message).reverse());
    const second = await school.trySend(turned, { key: "order" });
    expect(second.body.id).toBe(first.body.id);
    await school.completed(first.body.id);
  });

  it("refuses the same key with another body, and sends nothing for it", async () => {
    const first = await school.send(messageTo(users("u-1"), ["courier"]), { key: "other-body" });
    await school.completed(first);
    const before = installation.vendor.calls.length;
    const answer = await school.trySend(messageTo(users("u-2"), ["courier"]), { key: "other-body" });
    expectProblem(answer, "idempotency-key-reused", 422);
    expect(installation.vendor.calls).toHaveLength(before);
  });

  it("keeps keys apart by caller: another source, or a member, may use the same key", async () => {
    const message = messageTo(users("u-1"), ["courier"]);
    const mine = await school.send(message, { key: "shared" });
    const theirs = await school.send(message, { key: "shared", as: school.operator });
    expect(theirs).not.toBe(mine);
    await Promise.all([school.completed(mine), school.completed(theirs)]);
  });

  it.each([["x".repeat(256)], ["with space"], ["schlüssel"]])("refuses the key %j", async (key) => {
    const answer = await school.source("POST", "/v1/messages", messageTo(users("u-1"), ["courier"]), {
      headers: { "idempotency-key": Buffer.from(key).toString("latin1") },
    });
    expectProblem(answer, "invalid-input", 422);
  });
});

describe("old idempotency keys", () => {
  it("are forgotten after 30 days and not a day before: what is repeated then is a message of its own", async () => {
    const message = messageTo(users("u-1"), ["courier"]);
    const old = await school.trySend(message, { key: "a-month-ago" });
    const recent = await school.trySend(message, { key: "four-weeks-ago" });
    await ageKey("a-month-ago", 31);
    await ageKey("four-weeks-ago", 28);
    const { dispatch, transactAsWorker: transact } = installation.foundation;
    const forgetting = createForgettingLoop({ dispatch, transact });
    while (await forgetting.run());
    const repeats = await Promise.all(
      ["a-month-ago", "four-weeks-ago"].map((key) => school.trySend(message, { key })),
    );
    expect(repeats[0]?.body.id).not.toBe(old.body.id);
    expect(repeats[1]?.body.id).toBe(recent.body.id);
    for (const { body } of [old, recent, ...repeats]) await school.completed(body.id);
  });

  const ageKey = (key: string, days: number) =>
    installation.books.transaction(
      ({ sql }) => sql`update idempotency_keys set created_at = now() - make_interval(days => ${days})
        where key = ${key}`,
    );
});

describe("what is refused, with nothing stored", () => {
  const cases: [string, object, string, number][] = [
    ["an unknown channel", { channels: ["nowhere"] }, "channel-unknown", 422],
    [
      "a template that does not exist",
      { content: undefined, template: "none" },
      "template-not-published",
      409,
    ],
    [
      "content without a rendering for the channel",
      { content: { sms: { text: "x" } } },
      "invalid-input",
      422,
    ],
    ["neither channels nor a policy", { channels: undefined }, "invalid-input", 422],
    ["typed addresses of the wrong form", wrongAddresses(["sms"]), "invalid-input", 422],
    ["typed addresses for channels of two kinds", wrongAddresses(["sms", "mail"]), "invalid-input", 422],
    [
      "content with a variable that one of the typed addresses has no value for",
      {
        audience: {
          kind: "addresses",
          addresses: [{ address: "device-1", variables: { name: "小明" } }, { address: "device-2" }],
        },
        content: { push: { text: "你好 {{name}}" } },
        variables: {},
      },
      "variables-missing",
      422,
    ],
    ["an audience without anybody", { audience: { kind: "users", userIds: [] } }, "invalid-input", 422],
    ["1,001 users", { audience: users(...Array(1001).fill("u")) }, "invalid-input", 422],
    ["a variable that is an object", { variables: { content: { a: 1 } } }, "invalid-input", 422],
  ];

  it.each(cases)("%s", async (_, change, code, status) => {
    const before = await countMessages();
    const answer = await school.trySend({ ...messageTo(users("u-1"), ["courier"]), ...change });
    expectProblem(answer, code, status);
    expect(await countMessages()).toBe(before);
  });

  it("a channel that is not granted to the source, until it is", async () => {
    const path = `/v1/sources/${school.sourceId}/channels/${school.channels.hook.id}`;
    await school.owner("DELETE", path);
    const message = messageTo(users("u-1"), ["hook"], { variables: { content: "grant" } });
    expectProblem(await school.trySend(message), "channel-not-granted", 403);
    await school.owner("PUT", path);
    const accepted = await school.trySend({ ...message, priority: 1 });
    expect(accepted.status).toBe(202);
    await school.completed(accepted.body.id);
  });

  it("more messages than the plan allows in a day: the limit, the use and whom to ask are named", async () => {
    const small = await givenSchool(installation, "小学校");
    await small.addUsers([{ userId: "u", identities: [{ kind: "push", address: "d" }] }]);
    await installation.books.transaction(
      ({ sql }) => sql`insert into quotas (tenant_id, kind, period, used, "limit")
        select id, 'messages_per_day', '', 0, 3 from tenants where name = '小学校'
        on conflict (tenant_id, kind, period) do update set "limit" = 3`,
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => small.trySend(messageTo(users("u"), ["courier"]))),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expectProblem(answer, "quota-exceeded", 409);
      expect(answer.body).toMatchObject({ limit: 3, used: 3, contact: QUOTA_CONTACT });
    }
    await Promise.all(accepted.map(({ body }) => small.completed(body.id)));
  });

  async function countMessages(): Promise<number> {
    const rows = await installation.books.transaction(
      ({ sql }) => sql`select count(*)::int as n from messages`,
    );
    return rows[0]?.n;
  }
});

function wrongAddresses(channels: string[]): object {
  const addresses = [{ address: newPhone() }, { address: "not-a-phone" }];
  return { audience: { kind: "addresses", addresses }, channels };
}

describe("a message whose COMMIT was not answered", () => {
  const createMessage = (key: string | undefined): NewMessage => ({
    id: newId("message"),
    sourceId: null,
    authorId: null,
    state: "expanding",
    needsApproval: false,
    isTest: false,
    title: "twice",
    priority: 2,
    category: "service",
    audience: { kind: "segment", segmentId: newId("segment"), name: "s", rule: { all: [] } as never },
    templateVersionId: null,
    renderings: { push: { text: "twice" } },
    tracking: null,
    variables: {},
    channelIds: [],
    policyVersionId: null,
    contentHash: "00".repeat(32),
    scheduledAt: null,
    timeZone: null,
    ttlSeconds: null,
    expiresAt: null,
    options: {},
    rate: null,
    ratePerSecond: null,
    createdAt: new Date(),
    idempotency: key ? { scope: "src", key, requestHash: "00".repeat(32) } : null,
  });

  it.each([undefined, "tried-again"])(
    "is stored and counted once when it is tried again (key: %s)",
    async (key) => {
      const other = await givenSchool(installation, "重试");
      const { transact, api } = installation.foundation;
      const deps = { transact, transactAtOnce: transactAtOnceIn(api) };
      const message = { ...createMessage(key), state: "scheduled" as const };
      for (let time = 0; time < 2; time++) {
        expect(await storeTogether(deps, other.tenantId, [message])).toEqual([{ stored: true }]);
      }
      const quotas = await other.owner("GET", "/v1/quotas");
      const daily = quotas.body.items.find(({ kind }: { kind: string }) => kind === "messages_per_day");
      expect(daily.used).toBe(1);
    },
  );
});
