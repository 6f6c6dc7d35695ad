import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/*
 * A vendor that calls an address only once it has said after the vendor what it was asked with, and that sends some
 * templates to one number a call only.
 */
let installation: Installation;
let simulator: RunningSimulator;
let school: School;
let channel: SchoolChannel;
beforeAll(async () => {
  installation = await startInstallation();
  simulator = await startSimulator("sms-jiguang", { receiptDelayMs: 20, retryDelaysMs: [100, 200, 400] });
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { masterSecret, ...settings } = simulator.settings;
  channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "checked",
      name: "极光短信",
      pluginId: "tidings/sms-jiguang",
      settings,
      secrets: { masterSecret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
});
afterAll(async () => {
  await simulator?.close();
  await installation?.stop();
});
afterEach(() => expectNothingLost(installation));

const NOTICE = { tempId: "1003", text: "通知：{{content}}" };
const CODE = { tempId: "1001", text: "您的验证码是{{code}}，5 分钟内有效，请勿告诉他人。" };

async function sendTo(sms: typeof NOTICE, ...phones: string[]): Promise<string> {
  await school.addUsers(
    phones.map((phone) => ({ userId: `u-${phone}`, identities: [{ kind: "sms", address: phone }] })),
  );
  const to = users(...phones.map((phone) => `u-${phone}`));
  const variables = { content: "明天放假", code: "123456" };
  const id = await school.send(messageTo(to, ["checked"], { content: { sms }, variables }));
  await school.completed(id);
  return id;
}

/** Waits until nothing of the message is left to be reported. */
const reportsOf = (id: string) =>
  until(async () => {
    const all = await school.deliveriesOf(id);
    if (all.some(({ state }) => state === "accepted")) return undefined;
    return new Map(all.map(({ address, state, reason }) => [address, reason ?? state]));
  });

it("hears what became of each number, and sends nothing more to one that there is not", async () => {
  const [good, gone, refused] = [newPhone(), newPhone("4444"), newPhone("6666")];
  const id = await sendTo(NOTICE, good, gone, refused);
  expect(await reportsOf(id)).toEqual(
    new Map([
      [good, "delivered"],
      [gone, "4004"],
      [refused, "50024"],
    ]),
  );
  const again = await sendTo(NOTICE, gone, refused);
  expect([...(await reportsOf(again)).values()].sort()).toEqual(["address_dead", "unsubscribed"]);
});

it("sends one by one what a call for several is refused for", async () => {
  const phones = [newPhone(), newPhone()];
  const id = await sendTo(CODE, ...phones);
  expect([...(await reportsOf(id)).values()]).toEqual(["delivered", "delivered"]);
  const texts = simulator.received().filter(({ to }) => phones.includes(to));
  expect(texts.map(({ text }) => text)).toEqual(
    Array(2).fill("【知行学校】您的验证码是123456，5 分钟内有效，请勿告诉他人。"),
  );
});

it("says nothing after anybody at an address that is no channel's", async () => {
  const url = new URL(channel.receiptsUrl ?? "");
  const ask = async (address: URL) => (await fetch(`${address}?echostr=a1b2c3d4`)).text();
  expect(await ask(url)).toBe("a1b2c3d4");
  expect(await ask(new URL(`${url}x`))).not.toBe("a1b2c3d4");
});
