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
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/*
 * A vendor that takes every call, names it by one task for all of its users, and tells what became of each of them only
 * when it is asked; whatever its limits keep back it answers like the rest.
 */
interface TaskSimulator extends RunningSimulator {
  revokeToken(): void;
}

let installation: Installation;
let simulator: TaskSimulator;
let school: School;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  simulator = (await startSimulator("dingtalk")) as TaskSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { appSecret, ...settings } = simulator.settings;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "dingtalk",
      name: "钉钉",
      pluginId: "tidings/dingtalk",
      settings,
      secrets: { appSecret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  await school.addUsers(
    ["wang", "li", "zhao-gone", "sun-boss"].map((userId) => ({
      userId,
      identities: [{ kind: "dingtalk", address: userId }],
    })),
  );
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

async function send(text: string, ...userIds: string[]): Promise<string> {
  const id = await school.send(
    messageTo(users(...userIds), ["dingtalk"], { content: { dingtalk: { text } } }),
  );
  await school.completed(id);
  return id;
}

const arrived = () =>
  simulator
    .received()
    .map(({ to, text }) => `${to}: ${text}`)
    .sort();

/** What became of each of a message's users by the vendor's word, once the first question is due. */
async function resultsOf(id: string): Promise<Map<string | null, string | null>> {
  await timePasses(installation, 60);
  const deliveries = await until(async () => {
    const all = await school.deliveriesOf(id);
    return all.some(({ state }) => state === "accepted") ? undefined : all;
  });
  return new Map(deliveries.map(({ address, state, reason }) => [address, reason ?? state]));
}

it("learns what became of each user by asking about the call", async () => {
  const id = await send("明天放假", "wang", "li", "zhao-gone", "sun-boss");
  expect((await school.message(id)).counts).toMatchObject({ submitted: 4, delivered: 0 });
  expect(await resultsOf(id)).toEqual(
    new Map([
      ["wang", "delivered"],
      ["li", "delivered"],
      ["zhao-gone", "invalid_user"],
      ["sun-boss", "1430004"],
    ]),
  );
  expect((await school.message(id)).counts).toMatchObject({ submitted: 4, delivered: 2, undelivered: 2 });
});

it("calls what the vendor has dropped in silence undelivered", async () => {
  await send("明天放假", "wang");
  const again = await send("明天放假", "wang", "li");
  expect(arrived()).toEqual(["li: 明天放假", "wang: 明天放假"]);
  expect(await resultsOf(again)).toEqual(
    new Map([
      ["wang", "143106"],
      ["li", "delivered"],
    ]),
  );
});

it("sends once what the vendor had refused for its token, in its second code", async () => {
  await send("第一封", "wang");
  simulator.revokeToken();
  await send("第二封", "wang", "li");
  expect(arrived()).toEqual(["li: 第二封", "wang: 第一封", "wang: 第二封"]);
});

it("takes back one of two messages with the same content", async () => {
  const [one] = await Promise.all([send("明天放假", "wang"), send("明天放假", "li")]);
  await mustSucceed(school.source("POST", `/v1/messages/${one}/recall`));
  await until(async () => (await school.message(one)).counts.recalled === 1);
  expect(arrived()).toEqual(["li: 明天放假"]);
});
