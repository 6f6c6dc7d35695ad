import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
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
 * A vendor that gives one id for a call to many, answers for each device only when it is asked, and takes back a call as
 * a whole.
 */
let installation: Installation;
let simulator: RunningSimulator;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  simulator = await startSimulator("push-jpush", { receiptDelayMs: 20 });
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { masterSecret, ...settings } = simulator.settings;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "app",
      name: "校园 App",
      pluginId: "tidings/push-jpush",
      settings,
      secrets: { masterSecret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
});
afterAll(async () => {
  await simulator?.close();
  await installation?.stop();
});
afterEach(() => expectNothingLost(installation));

/** The vendor is asked a minute after it took a push. */
const ASK_AFTER_SECONDS = 61;
const content = { push: { title: "通知", text: "{{content}}" } };

let nextDevice = 1;
/** A registration id nobody else has; its last four characters decide what becomes of a push to it. */
const newDevice = (lastFour = "1234") => `1a0018970a${String(nextDevice++).padStart(5, "0")}${lastFour}`;

async function sendTo(...devices: string[]): Promise<string> {
  await school.addUsers(
    devices.map((device) => ({ userId: device, identities: [{ kind: "push", address: device }] })),
  );
  const id = await school.send(messageTo(users(...devices), ["app"], { content }));
  await school.completed(id);
  return id;
}

const statesOf = async (id: string) =>
  new Map((await school.deliveriesOf(id)).map(({ address, state, reason }) => [address, reason ?? state]));

interface Recalls {
  recalls: {
    state: string;
    counts: { recalled: number; tooLate: number; failed: number };
    reasons: { code: string }[];
  }[];
}

/** Waits until the latest recall has ended. */
const recallOf = (id: string) =>
  until(async () => {
    const { recalls } = await mustSucceed<Recalls>(school.owner("GET", `/v1/messages/${id}/recall`));
    return recalls[0]?.state === "ended" ? recalls[0] : undefined;
  });

it("finds out for each device of a push whether it has arrived, and drops those that there are not", async () => {
  const [online, offline, gone] = [newDevice(), newDevice("0000"), newDevice("6666")];
  const id = await sendTo(online, offline, gone);
  expect(new Set((await statesOf(id)).values())).toEqual(new Set(["accepted"]));
  const received = simulator.received().map(({ to, text }) => [to, text]);
  expect(received.sort()).toEqual([online, offline].sort().map((to) => [to, "通知\n明天放假"]));
  const states = await until(async () => {
    await timePasses(installation, ASK_AFTER_SECONDS);
    // As much time in a row as this takes on a slow machine would take away the lease of who asks.
    return until(
      async () => {
        const found = await statesOf(id);
        return found.get(online) === "delivered" && found.get(gone) !== "accepted" ? found : undefined;
      },
      { timeoutMs: 2_000 },
    );
  });
  expect(states).toEqual(
    new Map([
      [online, "delivered"],
      [offline, "accepted"],
      [gone, "unknown_device"],
    ]),
  );
  const again = await school.send(messageTo(users(gone), ["app"], { content }));
  await school.completed(again);
  expect(await school.timelineOf(again)).toMatchObject({ state: "suppressed", reason: "address_dead" });
});

it("takes a push back from everybody, and from one of them alone not at all", async () => {
  const id = await sendTo(newDevice(), newDevice());
  const [first] = await school.deliveriesOf(id);
  await mustSucceed(school.source("POST", `/v1/deliveries/${first?.id}/recall`));
  expect(await recallOf(id)).toMatchObject({
    counts: { recalled: 0, failed: 1 },
    reasons: [{ code: "shared_push" }],
  });
  expect(new Set((await statesOf(id)).values())).toEqual(new Set(["accepted"]));
  await mustSucceed(school.source("POST", `/v1/messages/${id}/recall`));
  await until(async () => ((await recallOf(id)).counts.recalled === 2 ? true : undefined));
  expect(new Set((await statesOf(id)).values())).toEqual(new Set(["recalled"]));
});

it("takes back what went to one alone, and leaves the others", async () => {
  const [one, other] = [newDevice(), newDevice()];
  const [mine, theirs] = [await sendTo(one), await sendTo(other)];
  const [delivery] = await school.deliveriesOf(mine);
  await mustSucceed(school.source("POST", `/v1/deliveries/${delivery?.id}/recall`));
  expect(await recallOf(mine)).toMatchObject({ counts: { recalled: 1, failed: 0 } });
  expect((await statesOf(theirs)).get(other)).toBe("accepted");
});

it("fails what is an alias where the channel names devices", async () => {
  await school.addUsers([{ userId: "u-alias", identities: [{ kind: "push", address: "王芳_2025" }] }]);
  const id = await school.send(messageTo(users("u-alias"), ["app"], { content }));
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "invalid_registration_id" });
});
