import { createHash } from "node:crypto";
import { startReceiver } from "@tidings/sdk/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/*
 * A vendor that pushes what became of messages, signed and encrypted, and that has users who follow, who have blocked the
 * account, and who let it send one more.
 */
interface AccountSimulator extends RunningSimulator {
  options: RunningSimulator["options"] & {
    pushMode?: "plain" | "compatible" | "safe";
    pushFormat?: "xml" | "json";
    pushHabit?: "twice" | "backwards";
  };
  templateIds: { template: string; subscription: string };
  subscribe(openId: string): void;
  allowanceOf(openId: string): number;
  revokeToken(): void;
  proveAddress(): Promise<boolean>;
}

let installation: Installation;
let simulator: AccountSimulator;
let school: School;
let channel: SchoolChannel;
let policyId: string;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

const ADDRESSES = {
  wang: "oTestUser-wang",
  li: "oTestUser-li",
  zhao: "oTestUser-block",
  qian: "oTestUser-left",
};
const DATA = "thing1: 明天放假\ntime2: 2026年1月2日 08:00";

beforeEach(async () => {
  simulator = (await startSimulator("wechat-official", {
    receiptDelayMs: 20,
    retryDelaysMs: [100, 200, 400],
  })) as AccountSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { appSecret, pushToken, encodingAesKey, ...settings } = simulator.settings;
  channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "official",
      name: "公众号",
      pluginId: "tidings/wechat-official",
      settings,
      secrets: { appSecret, pushToken, encodingAesKey },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
  const steps = [
    { channelIds: [channel.id] },
    { channelIds: [school.channels.mail.id], when: "undelivered", afterSeconds: 300 },
  ];
  const policy = { name: "公众号，再邮件", steps };
  policyId = (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", policy))).id;
  await school.addUsers(
    Object.entries(ADDRESSES).map(([userId, address]) => ({
      userId,
      identities: [
        { kind: "wechat_official", address },
        { kind: "email", address: `${userId}-official@example.cn` },
      ],
    })),
  );
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

const template = () => ({ templateId: simulator.templateIds.template, data: DATA });
const notice = () => ({ subscriptionId: simulator.templateIds.subscription, data: DATA });

const send = (content: object, ...userIds: string[]) =>
  school.send(messageTo(users(...userIds), ["official"], { content: { wechat_official: content } }));

const sendWithFallback = (content: object, ...userIds: string[]) =>
  school.send(
    messageTo(users(...userIds), [], {
      channels: undefined,
      policy: policyId,
      content: { wechat_official: content, email: { subject: "明天放假", text: "明天放假" } },
    }),
  );

const mailsTo = (userId: string) =>
  installation.mail.received().filter(({ to }) => to === `${userId}-official@example.cn`);

const arrived = () => simulator.received().map(({ to }) => to);

it.each([
  ["safe", "xml"],
  ["safe", "json"],
  ["compatible", "xml"],
] as const)(
  "hears that a template message arrived, by a push in %s mode and %s",
  async (pushMode, pushFormat) => {
    Object.assign(simulator.options, { pushMode, pushFormat });
    expect(await simulator.proveAddress()).toBe(true);
    const id = await send(template(), "wang");
    await school.reaches(id, "delivered");
    expect(arrived()).toEqual([ADDRESSES.wang]);
  },
);

it("sends the fallback to who has blocked the account, whom the vendor accepts and then reports", async () => {
  const id = await sendWithFallback(template(), "wang", "zhao");
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  expect(deliveries.map(({ step, state, reason }) => `${step} ${state} ${reason}`).sort()).toEqual([
    "0 delivered null",
    "0 undelivered user_block",
    "1 accepted null",
  ]);
  expect([mailsTo("wang").length, mailsTo("zhao").length]).toEqual([0, 1]);
});

it("leaves out from then on who does not follow the account, and who has blocked it", async () => {
  const id = await send(template(), "qian", "zhao");
  await until(async () => (await school.message(id)).counts.undelivered === 1);
  const again = await send(template(), "qian", "zhao", "wang");
  await school.completed(again);
  const leftOut = (await school.deliveriesOf(again)).filter(({ state }) => state === "suppressed");
  expect(leftOut.map(({ address }) => address).sort()).toEqual([ADDRESSES.zhao, ADDRESSES.qian]);
  expect(arrived()).toEqual([ADDRESSES.wang]);
});

it("changes nothing when a push that somebody has captured comes again, though it still proves itself", async () => {
  const mailsBefore = mailsTo("zhao").length;
  const receiver = await startReceiver(() => ({ body: "success" }));
  simulator.options.receiptsUrl = receiver.url;
  const id = await sendWithFallback(template(), "wang", "zhao");
  await until(() => receiver.pushes.filter(({ body }) => body !== "").length >= 2);
  await receiver.close();
  const pushes = receiver.pushes.filter(({ body }) => body !== "");
  const deliver = () =>
    Promise.all(
      pushes.map(async ({ query, body }) => {
        const url = `${channel.receiptsUrl}?${new URLSearchParams(query)}`;
        return (await fetch(url, { method: "POST", body })).status;
      }),
    );
  const entries = async () =>
    (
      await mustSucceed<{ items: { id: string }[] }>(
        school.owner("POST", "/v1/suppression-lookups", { kind: "wechat_official", address: ADDRESSES.zhao }),
      )
    ).items;
  const state = async () => {
    const deliveries = await school.deliveriesOf(id);
    const { counts, state: of } = await school.message(id);
    return { deliveries, counts, of, mails: mailsTo("zhao").length, entries: (await entries()).length };
  };

  expect(new Set(await deliver())).toEqual(new Set([200]));
  await school.completed(id);
  // The school has asked, and takes the address off the list.
  for (const entry of await entries())
    await mustSucceed(school.owner("DELETE", `/v1/suppressions/${entry.id}`));
  const before = await state();
  expect(before).toMatchObject({
    counts: { delivered: 1, undelivered: 1 },
    mails: mailsBefore + 1,
    entries: 0,
  });

  for (let again = 0; again < 3; again += 1) {
    expect(new Set(await deliver())).toEqual(new Set([200]));
    expect(await state()).toEqual(before);
  }
  const [push] = pushes;
  const forged = { ...push?.query, nonce: "another" };
  const refused = await fetch(`${channel.receiptsUrl}?${new URLSearchParams(forged)}`, {
    method: "POST",
    body: push?.body ?? "",
  });
  expect(refused.status).toBe(401);
});

it("uses up a consent, sends the fallback when none is left, and sends again after the next one", async () => {
  simulator.subscribe(ADDRESSES.li);
  const first = await sendWithFallback(notice(), "li");
  await school.completed(first);
  expect(simulator.allowanceOf(ADDRESSES.li)).toBe(0);
  const second = await sendWithFallback(notice(), "li");
  await school.completed(second);
  expect((await school.deliveriesOf(second)).map(({ step, state, reason }) => [step, state, reason])).toEqual(
    [
      [0, "failed", "43101"],
      [1, "accepted", null],
    ],
  );
  simulator.subscribe(ADDRESSES.li);
  const third = await sendWithFallback(notice(), "li");
  await school.completed(third);
  expect(arrived()).toEqual([ADDRESSES.li, ADDRESSES.li]);
  expect(mailsTo("li")).toHaveLength(1);
});

it("counts a push once that comes twice", async () => {
  simulator.options.pushHabit = "twice";
  const id = await send(template(), "wang", "li");
  await until(async () => (await school.message(id)).counts.delivered === 2);
  expect((await school.message(id)).counts).toMatchObject({ submitted: 2, delivered: 2, undelivered: 0 });
});

it("sends once what the vendor had refused for its token", async () => {
  await school.completed(await send(template(), "wang"));
  simulator.revokeToken();
  await school.completed(await send(template(), "li"));
  expect(arrived()).toEqual([ADDRESSES.wang, ADDRESSES.li]);
});

/** A push about some message, as the query says. */
async function push(query: Record<string, string>): Promise<{ status: number; code: string }> {
  const url = `${channel.receiptsUrl}?${new URLSearchParams(query)}`;
  const body = `<xml><CreateTime>1767322800</CreateTime><MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status></xml>`;
  const response = await installation.http.app.request(url, { method: "POST", body });
  const { code = "" } = response.ok ? {} : ((await response.json()) as { code: string });
  return { status: response.status, code };
}

function signedWith(token: unknown, at = Date.now()): Record<string, string> {
  const [timestamp, nonce] = [String(Math.floor(at / 1000)), "4821"];
  const text = [String(token), timestamp, nonce].sort().join("");
  return { timestamp, nonce, signature: createHash("sha1").update(text).digest("hex") };
}

it("takes no push that proves nothing, and none in plain text where a key is set", async () => {
  const { pushToken } = simulator.settings;
  expect(await push({})).toEqual({ status: 401, code: "unauthenticated" });
  expect(await push(signedWith("guessed"))).toEqual({ status: 401, code: "unauthenticated" });
  expect(await push(signedWith(pushToken))).toEqual({ status: 403, code: "forbidden" });
  await mustSucceed(
    school.owner("PATCH", `/v1/channels/${channel.id}`, { secrets: { encodingAesKey: null } }),
  );
  await until(async () => (await push(signedWith(pushToken))).status === 200);
  expect(await push(signedWith(pushToken, Date.now() - 3_600_000))).toEqual({
    status: 403,
    code: "forbidden",
  });
});

it("hears by pushes in plain text where no key is set", async () => {
  await mustSucceed(
    school.owner("PATCH", `/v1/channels/${channel.id}`, { secrets: { encodingAesKey: null } }),
  );
  simulator.options.pushMode = "plain";
  const id = await send(template(), "wang");
  await school.reaches(id, "delivered");
});
