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
 * A vendor that answers every number of a call by itself, and whose reports name nothing but its own serial number: the
 * second plugin of a channel kind.
 */
let installation: Installation;
let simulator: RunningSimulator;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  simulator = await startSimulator("sms-tencent", { receiptDelayMs: 20, retryDelaysMs: [100, 200] });
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { secretId, secretKey, ...settings } = simulator.settings;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "serial",
      name: "腾讯云短信",
      pluginId: "tidings/sms-tencent",
      settings,
      secrets: { secretId, secretKey },
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

const content = { sms: { templateId: "1110003", parameters: "content", text: "【通知】{{content}}" } };

const userOf = (phone: string) => `u-${phone.slice(-11)}`;

async function sendTo(...phones: string[]): Promise<string> {
  await school.addUsers(
    phones.map((phone) => ({ userId: userOf(phone), identities: [{ kind: "sms", address: phone }] })),
  );
  const id = await school.send(messageTo(users(...phones.map(userOf)), ["serial"], { content }));
  await school.completed(id);
  return id;
}

it("finds each report's delivery by its serial number, however the number is written", async () => {
  const [bare, off, full] = [newPhone(), newPhone("0000"), `+86${newPhone()}`];
  const id = await sendTo(bare, off, full);
  const deliveries = await until(async () => {
    const all = await school.deliveriesOf(id);
    return all.some(({ state }) => state === "accepted") ? undefined : all;
  });
  expect(new Map(deliveries.map(({ address, state, reason }) => [address, reason ?? state]))).toEqual(
    new Map([
      [bare, "delivered"],
      [off, "UNDELIV"],
      [full, "delivered"],
    ]),
  );
  const texts = simulator.received().map(({ to, text }) => [to, text]);
  expect(texts.sort()).toEqual(
    [`+86${bare}`, `+86${off}`, full].map((to) => [to, "【知行学校】【通知】明天放假"]).sort(),
  );
  expect((await school.message(id)).counts).toMatchObject({ submitted: 3, delivered: 2, undelivered: 1 });
});

it("fails only the number that the vendor refuses, and sends it nothing more", async () => {
  const [good, refused] = [newPhone(), newPhone("6666")];
  const deliveries = await school.deliveriesOf(await sendTo(good, refused));
  expect(deliveries.find(({ address }) => address === refused)).toMatchObject({
    state: "failed",
    reason: "FailedOperation.PhoneNumberInBlacklist",
  });
  expect(deliveries.find(({ address }) => address === good)?.state).not.toBe("failed");
  const again = await school.send(messageTo(users(userOf(refused)), ["serial"], { content }));
  await school.completed(again);
  expect(await school.timelineOf(again)).toMatchObject({
    state: "suppressed",
    reason: "suppressed_by_vendor",
  });
});

it("says which fields a channel of the other plugin would need", async () => {
  const answer = await school.trySend(messageTo(users("u-1"), ["serial"]));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain("templateId");
});
