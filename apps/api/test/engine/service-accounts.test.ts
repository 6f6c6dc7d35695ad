import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type CapturedLog,
  captureLog,
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
 * A vendor that gives tokens for what the key of a service account has signed, and takes one device a call.
 */
interface AccountSimulator extends RunningSimulator {
  revokeTokens(): void;
  tokenCount(): number;
}

let log: CapturedLog;
let installation: Installation;
let simulator: AccountSimulator;
let school: School;
let channel: SchoolChannel;

beforeAll(async () => {
  log = captureLog();
  installation = await startInstallation({ logger: log.logger });
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  simulator = (await startSimulator("push-fcm")) as AccountSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { serviceAccount, ...settings } = simulator.settings;
  channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "app",
      name: "校园 App",
      pluginId: "tidings/push-fcm",
      settings,
      secrets: { serviceAccount },
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
/** A registration token nobody else has; its last four characters decide what becomes of a push to it. */
const newDevice = (lastFour = "1234") =>
  `device-${String(nextDevice++).padStart(5, "0")}:APA91b${"x".repeat(120)}${lastFour}`;

async function addUser(userId: string, device: string): Promise<string> {
  const identities = [
    { kind: "push", address: device },
    { kind: "email", address: `${userId}@example.cn` },
  ];
  await school.addUsers([{ userId, identities }]);
  return userId;
}

const sendTo = (...userIds: string[]) => school.send(messageTo(users(...userIds), ["app"], { content }));

it("sends with one token for all, and drops who has uninstalled the app", async () => {
  const [stays, gone] = [newDevice(), newDevice("6666")];
  const ids = [await addUser("wang", stays), await addUser("li", gone)];
  const id = await sendTo(...ids);
  expect((await school.completed(id)).counts).toMatchObject({ submitted: 1, failed: 1 });
  expect(simulator.received()).toMatchObject([{ to: stays, text: "通知\n明天放假" }]);
  expect(simulator.tokenCount()).toBe(1);
  const again = await sendTo("li");
  await school.completed(again);
  expect(await school.timelineOf(again)).toMatchObject({ state: "suppressed", reason: "address_dead" });
});

it("goes over to another channel where the device is gone", async () => {
  await addUser("zhao", newDevice("6666"));
  const steps = [{ channelIds: [channel.id] }, { channelIds: [school.channels.mail.id], when: "failed" }];
  const { id: policy } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "app, then mail", steps }),
  );
  const id = await school.send(messageTo(users("zhao"), [], { channels: undefined, policy, content }));
  await school.completed(id);
  expect((await school.timelineOf(id, 0)).reason).toBe("UNREGISTERED");
  expect(installation.mail.received().some(({ to }) => to === "zhao@example.cn")).toBe(true);
});

it("sends once what the vendor had refused for its token", async () => {
  await addUser("wang", newDevice());
  await school.completed(await sendTo("wang"));
  simulator.revokeTokens();
  await school.completed(await sendTo("wang"));
  expect(simulator.received()).toHaveLength(2);
  expect(simulator.tokenCount()).toBe(2);
});

it("stops the channel when the key file is of no use, and goes on when it is mended", async () => {
  const path = `/v1/channels/${channel.id}`;
  const { serviceAccount } = simulator.settings;
  const broken = { ...JSON.parse(String(serviceAccount)), private_key: "my-own-secret" };
  await mustSucceed(school.owner("PATCH", path, { secrets: { serviceAccount: JSON.stringify(broken) } }));
  await addUser("wang", newDevice());
  const id = await sendTo("wang");
  const circuitOf = async () =>
    (await mustSucceed<{ health: { circuit: { state: string } } }>(school.owner("GET", path))).health.circuit;
  await until(async () => (await circuitOf()).state === "open");
  expect(JSON.stringify(await circuitOf())).toContain("The private key is not an RSA key");
  expect(simulator.received()).toEqual([]);
  await mustSucceed(school.owner("PATCH", path, { secrets: { serviceAccount } }));
  await school.completed(id);
  expect(simulator.received()).toHaveLength(1);
});

it("leaves neither key nor token in the log", async () => {
  await addUser("wang", newDevice());
  await school.completed(await sendTo("wang"));
  const { private_key: key } = JSON.parse(String(simulator.settings.serviceAccount));
  const said = log.lines.join();
  expect(said).not.toContain("ya29.");
  for (const line of key.split("\n").filter((one: string) => one.length > 30))
    expect(said).not.toContain(line);
});
