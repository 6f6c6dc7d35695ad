import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  pausesPass,
  type School,
  startInstallation,
  startLine,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers([
    {
      userId: "u-1",
      identities: [
        { kind: "push", address: "device-1" },
        { kind: "email", address: "u-1@example.cn" },
        { kind: "webhook", address: "screen-1" },
        { kind: "sms", address: newPhone() },
      ],
    },
  ]);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  installation.vendor.answer(() => ({ status: 200 }));
  await expectNothingLost(installation);
});

interface ChannelView {
  health: { state: string; code: string | null; detail: string | null };
  revision: number;
}
const channelOf = (id: string) => mustSucceed<ChannelView>(school.owner("GET", `/v1/channels/${id}`));
const change = (id: string, changes: object) =>
  mustSucceed(school.owner("PATCH", `/v1/channels/${id}`, changes));

/** The delivery waits, and says why. */
const waits = (id: string, reason: string) =>
  until(async () => {
    const one = await school.timelineOf(id);
    return one.state === "ready" && one.reason === reason ? one : undefined;
  });

it("keeps deliveries while the vendor refuses the credentials, and sends them once they are mended", async () => {
  const { courier } = school.channels;
  installation.vendor.answer(({ headers }) => ({
    status: headers.authorization === "Bearer mended" ? 200 : 401,
  }));
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  const waiting = await waits(id, "bad_token");
  expect(waiting.reasonDetail).toBe("The token is wrong.");
  await until(async () => (await channelOf(courier.id)).health.state === "failing");
  expect((await channelOf(courier.id)).health).toMatchObject({
    code: "bad_token",
    detail: "The token is wrong.",
  });
  const callsBefore = installation.vendor.calls.length;
  await change(courier.id, { secrets: { token: "mended" } });
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", reason: null, attemptCount: 2 });
  expect(installation.vendor.calls).toHaveLength(callsBefore + 1);
  await until(async () => (await channelOf(courier.id)).health.state === "healthy");
});

it("stops after the first refused batch of credentials instead of knocking once per batch", async () => {
  const addresses = Array.from({ length: 500 }, (_, index) => ({ address: `many-${index}` }));
  installation.vendor.answer(() => ({ status: 401 }));
  const before = installation.vendor.calls.length;
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
  await until(async () => (await channelOf(school.channels.courier.id)).health.state === "failing");
  await until(async () => (await school.deliveriesOf(id)).some(({ reason }) => reason === "bad_token"));
  expect(installation.vendor.calls.length - before).toBeLessThanOrEqual(8);
  installation.vendor.answer(() => ({ status: 200 }));
  await timePasses(installation, 61);
  await school.completed(id);
  expect((await school.message(id)).counts).toMatchObject({ targeted: 500, submitted: 500 });
});

it("waits with a visible reason while the mail server is down, and delivers when it is back", async () => {
  const { mail } = school.channels;
  const { host, port, password, ...rest } = installation.mail.settings;
  const line = await startLine({ host: String(host), port: Number(port) });
  installation.allowedEndpoints.add(`${line.host}:${line.port}`);
  await change(mail.id, { settings: { ...rest, host: line.host, port: line.port }, secrets: { password } });
  await line.cut();
  const id = await school.send(messageTo(users("u-1"), ["mail"]));
  await waits(id, "not_connected");
  await line.mend();
  await timePasses(installation, 10);
  await school.completed(id);
  const { id: ref, state, reason } = await school.timelineOf(id);
  expect({ state, reason }).toEqual({ state: "accepted", reason: null });
  expect(installation.mail.received().filter((one) => one.ref === ref)).toHaveLength(1);
  await change(mail.id, { settings: { ...rest, host, port }, secrets: { password } });
  await line.close();
});

it("comes back later when the vendor is busy, and sends once", async () => {
  let busy = 2;
  installation.vendor.answer(() => ({ status: busy-- > 0 ? 429 : 200 }));
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  const { id: ref } = await waits(id, "busy");
  await timePasses(installation, 10);
  await until(async () => (await school.timelineOf(id)).attemptCount === 2);
  await timePasses(installation, 30);
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", attemptCount: 3, reason: null });
  expect(installation.vendor.effects.get(ref)).toBe(1);
});

it("waits out the SMS vendor's throttling", async () => {
  installation.sms.misbehave("busy", 1);
  const id = await school.send(messageTo(users("u-1"), ["sms"]));
  await waits(id, "Throttling.User");
  await timePasses(installation, 10);
  await school.completed(id);
});

it("gives up after eight rounds, with the last reason", async () => {
  installation.vendor.answer(() => ({ status: 429 }));
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  for (let round = 1; round <= 8; round++) {
    await until(async () => {
      if ((await school.timelineOf(id)).attemptCount >= round) return true;
      await pausesPass(installation, 2000);
      return false;
    });
  }
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "busy", attemptCount: 8 });
});

it("gives nobody up before eight tries, though the channel is tried with some of them only", async () => {
  const addresses = Array.from({ length: 100 }, (_, index) => ({ address: `busy-${index}` }));
  installation.vendor.answer(() => ({ status: 429 }));
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
  await until(async () => {
    await pausesPass(installation, 2000);
    return (await school.message(id)).state === "completed";
  });
  const tries = await installation.books.transaction(
    ({ sql }) => sql`select state, attempt_count, count(*)::int as count from deliveries
      where message_id = ${toUuid("message", id)} group by state, attempt_count`,
  );
  expect(tries).toEqual([{ state: "failed", attempt_count: 8, count: 100 }]);
});

it("never sends again what may have been sent: an ambiguous answer is unknown", async () => {
  installation.vendor.answer(() => "cut");
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await school.completed(id);
  const { id: ref, state, reason } = await school.timelineOf(id);
  expect({ state, reason }).toEqual({ state: "unknown", reason: "ambiguous" });
  await timePasses(installation, 3600);
  const later = await school.send(messageTo(users("u-1"), ["sms"]));
  await school.completed(later);
  expect(installation.vendor.effects.get(ref)).toBe(1);
});

it.each([
  ["drop", "never got", 2],
  ["hang", "has", 1],
] as const)(
  "asks the SMS vendor about a call without an answer (%s): what it %s arrives once",
  async (fault, _, attemptCount) => {
    installation.sms.misbehave(fault, 1);
    const id = await school.send(messageTo(users("u-1"), ["sms"]));
    await school.reaches(id, fault === "drop" ? "unknown" : "delivered");
    // Not at once: the vendor may not know of it yet.
    await timePasses(installation, 61);
    await school.completed(id);
    const { id: ref, ...delivery } = await school.reaches(id, "delivered");
    expect(delivery.attemptCount).toBe(attemptCount);
    expect(installation.sms.received().filter((sms) => sms.ref === ref)).toHaveLength(1);
    expect((await school.message(id)).counts).toMatchObject({ submitted: 1, unknown: 0 });
  },
);

it("refuses a channel that is off, and fails what had been accepted for it before", async () => {
  const { hook } = school.channels;
  await change(hook.id, { state: "off" });
  const refused = await school.trySend(messageTo(users("u-1"), ["hook"], { priority: 3 }));
  expectProblem(refused, "channel-off", 409);
  await change(hook.id, { state: "on" });

  const { courier } = school.channels;
  installation.vendor.answer(() => ({ status: 429 }));
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await waits(id, "busy");
  await change(courier.id, { state: "off" });
  await timePasses(installation, 10);
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "channel_off" });
  await change(courier.id, { state: "on" });
});

it("fails what waits for a channel that is deleted", async () => {
  const { vendor } = installation;
  const { id: channelId } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/channels", {
      code: "short-lived",
      name: "临时",
      pluginId: "test/courier",
      settings: { url: vendor.url },
      secrets: { token: "t" },
    }),
  );
  vendor.answer(() => ({ status: 429 }));
  const id = await school.send(messageTo(users("u-1"), ["short-lived"]), { as: school.operator });
  await waits(id, "busy");
  await school.owner("DELETE", `/v1/channels/${channelId}`);
  await timePasses(installation, 10);
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "failed", reason: "channel_gone" });
});

it("keeps a refusing channel from slowing down the others", async () => {
  const { courier } = school.channels;
  installation.vendor.answer(() => ({ status: 401 }));
  const stuck = await school.send(messageTo(users("u-1"), ["courier"]));
  await waits(stuck, "bad_token");
  const other = await school.send(messageTo(users("u-1"), ["hook"]));
  await school.completed(other);
  installation.vendor.answer(() => ({ status: 200 }));
  await change(courier.id, { secrets: { token: "again" } });
  await timePasses(installation, 61);
  await school.completed(stuck);
});
