import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

const PUPILS = 3_000;

describe("pausing", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
    school = await givenSchool(installation);
    await school.addUsers(
      Array.from({ length: PUPILS }, (_, index) => ({
        userId: `p-${index}`,
        identities: [{ kind: "push", address: `device-${index}` }],
      })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  const pause = (id: string) => school.source("POST", `/v1/messages/${id}/pause`);
  const resume = (id: string) => school.source("POST", `/v1/messages/${id}/resumption`);

  it("begins nothing once the pause has answered, and goes on with nobody twice and nobody missing", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo({ kind: "all" }, ["courier"]));
    await gate.arrived(8);
    expect((await pause(id)).status).toBe(204);
    const covered = await coveredBy(id);
    gate.open();
    await until(async () => (await school.message(id)).counts.submitted === covered);
    await until(async () => (await countChunksUnderWay(id)) === 0);
    expect(await coveredBy(id)).toBe(covered);
    expect(await school.message(id)).toMatchObject({ state: "paused", counts: { submitted: covered } });
    expect(installation.vendor.effects.size).toBe(covered);
    expect(covered).toBeLessThan(PUPILS);
    expect((await pause(id)).body).toMatchObject({ status: 409, code: "message-not-pausable" });
    expect((await resume(id)).status).toBe(204);
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(PUPILS);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    expect((await resume(id)).body).toMatchObject({ status: 409, code: "message-not-paused" });
  });

  it("sends nothing more of a paused message that is cancelled", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo({ kind: "all" }, ["courier"]));
    await gate.arrived(1);
    await pause(id);
    const covered = await coveredBy(id);
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    gate.open();
    await until(async () => {
      const { counts } = await school.message(id);
      return (
        (counts.submitted ?? 0) + (counts.cancelled ?? 0) === counts.targeted && counts.submitted === covered
      );
    });
    expect(installation.vendor.effects.size).toBe(covered);
  });

  it("completes a message whose last delivery was under way when it was paused, as soon as it is resumed", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo(users("p-1"), ["courier"]));
    await gate.arrived(1);
    await pause(id);
    gate.open();
    await school.reaches(id, "accepted");
    expect((await school.message(id)).state).toBe("paused");
    await resume(id);
    expect((await school.message(id)).state).toBe("completed");
  });

  it("holds a scheduled message over its time, and begins it when it is resumed", async () => {
    const schedule = { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" };
    const id = await school.send(messageTo(users("p-1"), ["courier"], { schedule }));
    await pause(id);
    expect(await school.message(id)).toMatchObject({ state: "paused", pausedFrom: "scheduled" });
    await timePasses(installation, 3700);
    const other = await school.send(messageTo(users("p-2"), ["courier"]));
    await school.completed(other);
    expect(installation.vendor.effects.size).toBe(1);
    expect((await school.message(id)).state).toBe("paused");
    await resume(id);
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(2);
  });

  it("ends what has not been sent when its time to live is over, paused or not, with the reason", async () => {
    const gate = installation.vendor.hold();
    const id = await school.send(messageTo({ kind: "all" }, ["courier"], { ttlSeconds: 600 }));
    await gate.arrived(8);
    await pause(id);
    const covered = await coveredBy(id);
    await timePasses(installation, 601);
    gate.open();
    await until(async () => (await school.message(id)).state === "expired");
    await until(async () => (await school.message(id)).counts.expired === PUPILS - covered);
    expect((await school.message(id)).counts).toMatchObject({ submitted: covered });
    const page = await school.owner("GET", `/v1/messages/${id}/deliveries?state=expired&limit=1`);
    expect(page.body.items).toMatchObject([{ state: "expired", reason: "time_to_live_over" }]);
    expect(installation.vendor.effects.size).toBe(covered);
  });

  it("sends nothing of a message that is unsent when its time to live is over, and stops trying again", async () => {
    installation.vendor.answer(() => ({ status: 503 }));
    const id = await school.send(messageTo(users("p-1"), ["courier"], { ttlSeconds: 60 }));
    await until(async () => (await school.timelineOf(id)).attemptCount > 0);
    await timePasses(installation, 61);
    const delivery = await school.reaches(id, "expired");
    expect(delivery.reason).toBe("time_to_live_over");
    expect((await school.message(id)).state).toBe("expired");
  });

  it("counts the time to live from the scheduled time", async () => {
    const schedule = { at: new Date(Date.now() + 3_600_000).toISOString(), timeZone: "Asia/Shanghai" };
    const id = await school.send(messageTo(users("p-1"), ["courier"], { schedule, ttlSeconds: 600 }));
    await timePasses(installation, 3650);
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(1);
  });

  async function coveredBy(messageId: string): Promise<number> {
    const [{ covered }] = await installation.books.transaction(
      ({ sql }) => sql<[{ covered: number }]>`select coalesce(sum(a.delivery_count), 0)::int as covered
        from attempts a join chunks c on c.tenant_id = a.tenant_id and c.id = a.chunk_id
        where c.message_id = ${toUuid("message", messageId)}`,
    );
    return covered;
  }

  async function countChunksUnderWay(messageId: string): Promise<number> {
    const [{ count }] = await installation.books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from chunks
        where message_id = ${toUuid("message", messageId)} and state in ('queued', 'sending')`,
    );
    return count;
  }
});

it("sends nothing of what ran out of time while nothing was running, whichever loop comes first", async () => {
  const installation = await startInstallation({ engine: false });
  try {
    const school = await givenSchool(installation);
    await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
    const message = messageTo(users("u-1"), ["courier"], { ttlSeconds: 600 });
    const sendTen = () => Promise.all(Array.from({ length: 10 }, () => school.send(message)));
    const waiting = await sendTen();
    await expandOnce(installation);
    const accepted = await sendTen();
    await timePasses(installation, 601);
    await installation.startEngine();
    for (const id of waiting) await school.reaches(id, "expired");
    for (const id of accepted) {
      const { state, counts } = await school.completed(id);
      expect([state, counts.expired]).toEqual(["expired", counts.targeted]);
    }
    expect(installation.vendor.calls).toEqual([]);
    await expectNothingLost(installation);
  } finally {
    await installation.stop();
  }
});
