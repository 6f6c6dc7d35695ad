import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  goesDown,
  type Installation,
  messageTo,
  mustSucceed,
  type RunningEngine,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

/*
 * What may have been sent waits to be repeated where the receiver drops repeats: the webhook's does, for a day.
 */
const PAST_THE_WINDOW_SECONDS = 25 * 3600;

let installation: Installation;
let school: School;
let engines: RunningEngine[] = [];
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "webhook", address: "u-1" }] }]);
  const settings = { url: `${installation.vendor.url}/hook` };
  await mustSucceed(school.owner("PATCH", `/v1/channels/${school.channels.hook.id}`, { settings }));
  engines.push(await installation.startEngine());
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
  await expectNothingLost(installation);
});

const send = () => school.send(messageTo(users("u-1"), ["hook"]));
const isTried = async (id: string) => (await school.timelineOf(id)).attemptCount === 1;

/** A message whose first call was cut, so that the receiver may have it; what it answers to further ones. */
async function givenDoubt(status = 200): Promise<string> {
  let isFirst = true;
  installation.vendor.answer(() => {
    const answer = isFirst ? "cut" : { status };
    isFirst = false;
    return answer;
  });
  const id = await send();
  await until(() => isTried(id));
  expect(await school.timelineOf(id)).toMatchObject({ state: "ready", reason: "ambiguous" });
  return id;
}

async function expectUnrepeated(id: string): Promise<void> {
  await school.completed(id);
  expect(installation.vendor.calls).toHaveLength(1);
  expect(await school.timelineOf(id)).toMatchObject({ state: "unknown", reason: "too_late_to_repeat" });
}

describe("what the receiver would no longer know is not repeated", () => {
  it("when its message was paused for so long", async () => {
    const id = await givenDoubt();
    await mustSucceed(school.owner("POST", `/v1/messages/${id}/pause`));
    await timePasses(installation, PAST_THE_WINDOW_SECONDS);
    await mustSucceed(school.owner("POST", `/v1/messages/${id}/resumption`));
    await expectUnrepeated(id);
  });

  it("when its worker was lost, and nobody was there for so long", async () => {
    const gate = installation.vendor.hold();
    const id = await send();
    await gate.arrived(1);
    await timePasses(installation, PAST_THE_WINDOW_SECONDS);
    await expectUnrepeated(id);
    gate.open();
  });

  it("when its channel was down for so long", async () => {
    const id = await givenDoubt();
    await goesDown(installation, school, school.channels.hook);
    await timePasses(installation, PAST_THE_WINDOW_SECONDS);
    await expectUnrepeated(id);
  });
});

describe("what may have been sent is not called failed", () => {
  it("when its channel is switched off", async () => {
    const id = await givenDoubt();
    await mustSucceed(school.owner("PATCH", `/v1/channels/${school.channels.hook.id}`, { state: "off" }));
    await timePasses(installation, 10);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "unknown", reason: "channel_off" });
  });

  it("when its further rounds come to nothing", async () => {
    const id = await givenDoubt(429);
    await until(async () => {
      await timePasses(installation, 40);
      return (await school.timelineOf(id)).state !== "ready";
    });
    expect((await school.timelineOf(id)).state).toBe("unknown");
  });

  it("unless the receiver refuses the repeat: it has not taken it before either", async () => {
    const id = await givenDoubt(404);
    await timePasses(installation, 10);
    await school.completed(id);
    expect((await school.timelineOf(id)).state).toBe("failed");
  });
});
