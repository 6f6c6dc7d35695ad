import { afterAll, beforeAll, expect, it } from "vitest";
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
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/* A shipped plugin and its simulator, which drops in silence what a member gets too much of. */

interface DroppingSimulator extends RunningSimulator {
  droppedCount(): number;
}

const MESSAGES = 75;
let installation: Installation;
let simulator: DroppingSimulator;
let school: School;
let passedMs = 0;

beforeAll(async () => {
  installation = await startInstallation();
  await installation.startEngine();
  const options = { now: () => Date.now() + passedMs };
  simulator = (await startSimulator("wecom", options)) as DroppingSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { secret, ...settings } = simulator.settings;
  const { id } = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "wecom",
      name: "企业微信",
      pluginId: "tidings/wecom",
      settings,
      secrets: { secret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${id}`));
});
afterAll(async () => {
  await installation?.stop();
  await simulator?.close();
});

it("brings a member everything, though the vendor would drop what comes too fast, with two engines", async () => {
  const send = (index: number) =>
    school.send(
      messageTo(
        { kind: "addresses", addresses: [{ address: index % 2 === 0 ? "wang" : "Wang" }] },
        ["wecom"],
        {
          content: { wecom: { text: `第 ${index} 条` } },
        },
      ),
    );
  const ids = await Promise.all(Array.from({ length: MESSAGES }, (_, index) => send(index)));
  for (const arrived of [30, 60, MESSAGES]) {
    await until(() => simulator.received().length === arrived);
    await until(async () => (await countLeft()) === MESSAGES - arrived);
    passedMs += 61_000;
    await timePasses(installation, 61);
  }
  await school.allCompleted(ids);
  expect(simulator.droppedCount()).toBe(0);
  expect(new Set(simulator.received().map(({ text }) => text)).size).toBe(MESSAGES);
  await expectNothingLost(installation);
});

/** How many wait for room, once no worker holds any. */
const countLeft = async () => {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from deliveries
      where state = 'ready' and reason = 'recipient_limit'
        and not exists(select from chunks where state in ('queued', 'sending'))`,
  );
  return row.count;
};
