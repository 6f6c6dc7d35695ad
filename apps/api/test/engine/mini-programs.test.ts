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

/* A vendor that sends only as often as a user has consented, once or until the consent is taken back. */
interface ProgramSimulator extends RunningSimulator {
  options: RunningSimulator["options"] & { pushFormat?: "xml" | "json" };
  templateIds: { oneTime: string; longTerm: string };
  subscribe(openId: string, templateId: string): void;
  unsubscribe(openId: string, templateId: string): void;
  proveAddress(): Promise<boolean>;
}

let installation: Installation;
let simulator: ProgramSimulator;
let school: School;
let policyId: string;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

const ADDRESSES = { wang: "oMiniUser-wang", li: "oMiniUser-li", zhao: "oMiniUser-fail" };
const DATA = "thing1: 明天放假\ntime2: 2026年1月2日 08:00";

beforeEach(async () => {
  simulator = (await startSimulator("wechat-mini", {
    receiptDelayMs: 20,
    retryDelaysMs: [100, 200],
  })) as ProgramSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { appSecret, pushToken, encodingAesKey, ...settings } = simulator.settings;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "mini",
      name: "小程序",
      pluginId: "tidings/wechat-mini",
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
  const policy = { name: "小程序，再邮件", steps };
  policyId = (await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", policy))).id;
  await school.addUsers(
    Object.entries(ADDRESSES).map(([userId, address]) => ({
      userId,
      identities: [
        { kind: "wechat_mini", address },
        { kind: "email", address: `${userId}-mini@example.cn` },
      ],
    })),
  );
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

/** Sends by a template, and by mail to whom that does not reach. */
async function send(templateId: string, ...userIds: string[]): Promise<string> {
  const id = await school.send(
    messageTo(users(...userIds), [], {
      channels: undefined,
      policy: policyId,
      content: {
        wechat_mini: { templateId, data: DATA, page: "pages/notice/index?id=1" },
        email: { subject: "明天放假", text: "明天放假" },
      },
    }),
  );
  await school.completed(id);
  return id;
}

const stepsOf = async (id: string) =>
  (await school.deliveriesOf(id)).map(({ step, state, reason }) => `${step} ${state} ${reason}`).sort();

const mailsTo = (userId: string) =>
  installation.mail.received().filter(({ to }) => to === `${userId}-mini@example.cn`);

const arrived = () => simulator.received().map(({ to }) => to);

it.each(["xml", "json"] as const)(
  "sends once for each consent, and by mail when none is left (%s)",
  async (format) => {
    simulator.options.pushFormat = format;
    const { oneTime } = simulator.templateIds;
    const mailed = mailsTo("wang").length;
    expect(await simulator.proveAddress()).toBe(true);
    simulator.subscribe(ADDRESSES.wang, oneTime);
    expect(await stepsOf(await send(oneTime, "wang"))).toEqual(["0 delivered null"]);
    expect(await stepsOf(await send(oneTime, "wang"))).toEqual(["0 failed 43101", "1 accepted null"]);
    simulator.subscribe(ADDRESSES.wang, oneTime);
    expect(await stepsOf(await send(oneTime, "wang"))).toEqual(["0 delivered null"]);
    expect(arrived()).toEqual([ADDRESSES.wang, ADDRESSES.wang]);
    expect(mailsTo("wang").length - mailed).toBe(1);
  },
);

it("sends the fallback for what the vendor accepts and reports undelivered", async () => {
  const { oneTime } = simulator.templateIds;
  for (const address of [ADDRESSES.li, ADDRESSES.zhao]) simulator.subscribe(address, oneTime);
  expect(await stepsOf(await send(oneTime, "li", "zhao"))).toEqual([
    "0 delivered null",
    "0 undelivered -1",
    "1 accepted null",
  ]);
  expect([mailsTo("li").length, mailsTo("zhao").length]).toEqual([0, 1]);
});

it("sends by a long-term template until the consent is taken back", async () => {
  const { longTerm } = simulator.templateIds;
  simulator.subscribe(ADDRESSES.li, longTerm);
  await send(longTerm, "li");
  const id = await send(longTerm, "li");
  await until(async () => (await school.message(id)).counts.delivered === 1);
  simulator.unsubscribe(ADDRESSES.li, longTerm);
  expect(await stepsOf(await send(longTerm, "li"))).toEqual(["0 failed 43101", "1 accepted null"]);
});
