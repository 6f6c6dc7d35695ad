import { afterAll, beforeAll, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  pausesPass,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { startSimulator } from "../harness/installation.ts";

let installation: Installation;
let school: School;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  // Of two texts to one number the vendor throttles the second, which goes out with a later call.
  simulator = await startSimulator("sms-aliyun", {
    receiptDelayMs: 20,
    retryDelaysMs: [100],
    callsPerSecond: 1,
  });
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  const { accessKeyId, accessKeySecret, ...settings } = simulator.settings as Record<string, string>;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "slow-sms",
      name: "慢短信",
      pluginId: "tidings/sms-aliyun",
      settings,
      secrets: { accessKeyId, accessKeySecret },
    }),
  );
  simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
});
afterAll(async () => {
  await installation?.stop();
  await simulator?.close();
});

it("gives each of two children who share a parent's number their own receipt, whatever call they went out with", async () => {
  const children = Array.from({ length: 6 }, (_, index) => ({ index, address: newPhone() })).flatMap(
    ({ index, address }) =>
      ["a", "b"].map((child) => ({
        userId: `child-${index}-${child}`,
        identities: [{ kind: "sms", address }],
      })),
  );
  await school.addUsers(children);
  const id = await school.send(messageTo(users(...children.map(({ userId }) => userId)), ["slow-sms"]));
  await until(async () => {
    await pausesPass(installation, 5);
    return (await school.message(id)).state === "completed";
  });
  await until(async () => {
    const states = (await school.deliveriesOf(id)).map(({ state }) => state);
    return states.every((state) => state === "delivered");
  });
});
