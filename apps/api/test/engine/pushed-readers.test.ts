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
 * A vendor that drops what comes again under the same key, pushes who has read a message, and makes sure of the address
 * before it pushes anything.
 */
interface ChatSimulator extends RunningSimulator {
  revokeToken(): void;
  read(userId: string): void;
  proveAddress(): Promise<boolean>;
}

let installation: Installation;
let simulator: ChatSimulator;
let school: School;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

const ADDRESSES = { wang: "ou_wang", li: "li@example.edu", zhao: "ou_zhaogone" };

beforeEach(async () => {
  simulator = (await startSimulator("feishu", {
    receiptDelayMs: 20,
    retryDelaysMs: [100, 200],
  })) as ChatSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { appSecret, ...settings } = simulator.settings;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "feishu",
      name: "飞书",
      pluginId: "tidings/feishu",
      settings,
      secrets: { appSecret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
  await school.addUsers(
    Object.entries(ADDRESSES).map(([userId, address]) => ({
      userId,
      identities: [{ kind: "feishu", address }],
    })),
  );
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

async function send(text: string, ...userIds: string[]): Promise<string> {
  const id = await school.send(messageTo(users(...userIds), ["feishu"], { content: { feishu: { text } } }));
  await school.completed(id);
  return id;
}

const arrived = () =>
  simulator
    .received()
    .map(({ to, text }) => `${to}: ${text}`)
    .sort();

it("counts who has read, by the vendor's push, and fails only who is out of reach", async () => {
  expect(await simulator.proveAddress()).toBe(true);
  const id = await send("明天放假", "wang", "li", "zhao");
  expect(arrived()).toEqual(["li@example.edu: 明天放假", "ou_wang: 明天放假"]);
  simulator.read(ADDRESSES.wang);
  await until(async () => (await school.message(id)).counts.read === 1);
  const deliveries = await school.deliveriesOf(id);
  expect(new Map(deliveries.map(({ address, state, reason }) => [address, reason ?? state]))).toEqual(
    new Map([
      [ADDRESSES.wang, "delivered"],
      [ADDRESSES.li, "accepted"],
      [ADDRESSES.zhao, "230013"],
    ]),
  );
  expect((await school.message(id)).counts).toMatchObject({ submitted: 2, failed: 1, delivered: 1, read: 1 });
});

it("sends again what was carried out and never answered, and it arrives once", async () => {
  simulator.misbehave("hang", 1);
  const id = await send("第一封", "wang", "li");
  expect((await school.message(id)).counts).toMatchObject({ submitted: 2, unknown: 0 });
  expect(arrived()).toEqual(["li@example.edu: 第一封", "ou_wang: 第一封"]);
});

it("sends once what the vendor had refused for its token", async () => {
  await send("第一封", "wang");
  simulator.revokeToken();
  await send("第二封", "wang", "li");
  expect(arrived()).toEqual(["li@example.edu: 第二封", "ou_wang: 第一封", "ou_wang: 第二封"]);
});

it("takes back one of two messages, read or not", async () => {
  const [one] = await Promise.all([send("明天放假", "wang"), send("明天放假", "li")]);
  simulator.read(ADDRESSES.wang);
  await until(async () => (await school.message(one)).counts.read === 1);
  await mustSucceed(school.source("POST", `/v1/messages/${one}/recall`));
  await until(async () => (await school.message(one)).counts.recalled === 1);
  expect(arrived()).toEqual(["li@example.edu: 明天放假"]);
});
