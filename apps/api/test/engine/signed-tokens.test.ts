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
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/*
 * A vendor that speaks HTTP/2 and takes tokens that the channel's own key has signed, each for a while.
 */
interface SignatureSimulator extends RunningSimulator {
  expireTokens(): void;
  tokenCount(): number;
}

let installation: Installation;
let simulator: SignatureSimulator;
let school: School;
let channel: SchoolChannel;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  simulator = (await startSimulator("push-apns")) as SignatureSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { signingKey, ...settings } = simulator.settings;
  channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "app",
      name: "校园 App",
      pluginId: "tidings/push-apns",
      settings,
      secrets: { signingKey },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

const content = {
  push: { title: "通知", text: "{{content}}" },
  email: { subject: "通知", text: "{{content}}" },
};

let nextDevice = 1;
/** A device token nobody else has; its last four digits decide what becomes of a push to it. */
const newDevice = (lastFour = "1234") =>
  `${"ab".repeat(25)}${String(nextDevice++).padStart(10, "0")}${lastFour}`;

async function addUsers(...devices: string[]): Promise<string[]> {
  const found = devices.map((device) => ({
    userId: `u-${device.slice(-14)}`,
    identities: [
      { kind: "push", address: device },
      { kind: "email", address: `u-${device.slice(-14)}@example.cn` },
    ],
  }));
  await school.addUsers(found);
  return found.map(({ userId }) => userId);
}

const sendTo = (userIds: string[]) => school.send(messageTo(users(...userIds), ["app"], { content }));

it("sends to many over HTTP/2 under one signed token, and drops who is gone", async () => {
  const devices = Array.from({ length: 40 }, () => newDevice());
  const [gone, ...others] = await addUsers(newDevice("6666"), ...devices);
  const id = await sendTo([gone ?? "", ...others]);
  expect((await school.completed(id)).counts).toMatchObject({ submitted: 40, failed: 1 });
  expect(new Set(simulator.received().map(({ to }) => to))).toEqual(new Set(devices));
  expect(simulator.tokenCount()).toBe(1);
  const again = await sendTo([gone ?? ""]);
  await school.completed(again);
  expect(await school.timelineOf(again)).toMatchObject({ state: "suppressed", reason: "address_dead" });
});

it("suppresses nobody for a token that may only be the other environment's", async () => {
  const userIds = await addUsers(newDevice("9999"));
  for (const _ of [1, 2]) {
    const id = await sendTo(userIds);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "BadDeviceToken" });
  }
});

it("goes over to another channel where the device is gone", async () => {
  const [userId = ""] = await addUsers(newDevice("6666"));
  const steps = [{ channelIds: [channel.id] }, { channelIds: [school.channels.mail.id], when: "failed" }];
  const { id: policy } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "app, then mail", steps }),
  );
  const id = await school.send(messageTo(users(userId), [], { channels: undefined, policy, content }));
  await school.completed(id);
  expect((await school.timelineOf(id, 0)).reason).toBe("Unregistered");
  expect(installation.mail.received().some(({ to }) => to === `${userId}@example.cn`)).toBe(true);
});

it("signs another token when the vendor calls one expired, and sends once what was refused", async () => {
  const userIds = await addUsers(newDevice(), newDevice());
  await school.completed(await sendTo(userIds));
  simulator.expireTokens();
  await school.completed(await sendTo(userIds));
  expect(simulator.received()).toHaveLength(4);
  expect(simulator.tokenCount()).toBe(2);
});

it("proves the settings with a token and a connection of their own, beside those in use", async () => {
  const userIds = await addUsers(newDevice());
  await school.completed(await sendTo(userIds));
  const path = `/v1/channels/${channel.id}/verifications`;
  expect(await mustSucceed(school.owner("POST", path))).toMatchObject({ ok: true });
  await school.completed(await sendTo(userIds));
  expect(simulator.received()).toHaveLength(2);
});
