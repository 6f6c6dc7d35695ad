import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
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

const SHANGHAI = "Asia/Shanghai";
const inSeconds = (seconds: number) => ({
  at: new Date(Date.now() + seconds * 1000).toISOString(),
  timeZone: SHANGHAI,
});
const soon = (seconds: number, rest: object = {}) =>
  messageTo(users("u-1"), ["courier"], { schedule: inSeconds(seconds), ...rest });

describe("scheduled messages", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
    school = await givenSchool(installation);
    await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  it("begins a message at its time: not before, and within a second", async () => {
    const schedule = inSeconds(2);
    const answer = await school.trySend(messageTo(users("u-1"), ["courier"], { schedule }));
    expect(answer.body).toMatchObject({ outcome: "scheduled" });
    const { id } = answer.body;
    expect(await school.message(id)).toMatchObject({
      state: "scheduled",
      scheduledAt: schedule.at,
      timeZone: SHANGHAI,
      counts: { targeted: 0 },
    });
    const listed = await school.owner("GET", "/v1/messages?state=scheduled");
    expect(listed.body.items.map((one: { id: string }) => one.id)).toEqual([id]);
    await until(() => installation.vendor.calls.length > 0);
    const lateMs = Date.now() - Date.parse(schedule.at);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1000);
    await school.completed(id);
  });

  it("works the audience out when the message begins", async () => {
    const id = await school.send(
      messageTo({ kind: "tags", any: ["晚来"] }, ["courier"], { schedule: inSeconds(3600) }),
    );
    await school.addUsers([
      { userId: "late", tags: ["晚来"], identities: [{ kind: "push", address: "d-late" }] },
    ]);
    await timePasses(installation, 3600);
    await school.completed(id);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 1, submitted: 1 });
  });

  it("takes up to ten minutes past for now, and refuses what is older, unknown or too far at its field", async () => {
    const now = await school.trySend(soon(-590));
    expect(now.body).toMatchObject({ outcome: "accepted" });
    await school.completed(now.body.id);
    const faults = async (schedule: object) => {
      const { status, body } = await school.trySend(messageTo(users("u-1"), ["courier"], { schedule }));
      return [status, (body as unknown as { errors: { pointer: string }[] }).errors.map((e) => e.pointer)];
    };
    expect(await faults(inSeconds(-610))).toEqual([422, ["/schedule/at"]]);
    expect(await faults(inSeconds(400 * 86_400))).toEqual([422, ["/schedule/at"]]);
    expect(await faults({ at: "tomorrow", timeZone: SHANGHAI })).toEqual([422, ["/schedule/at"]]);
    expect(await faults({ ...inSeconds(60), timeZone: "Asia/Nowhere" })).toEqual([
      422,
      ["/schedule/timeZone"],
    ]);
    expect(await faults({ ...inSeconds(60), timeZone: "+08:00" })).toEqual([422, ["/schedule/timeZone"]]);
  });

  it("gives a message another time, and keeps to it", async () => {
    const id = await school.send(soon(3600));
    const patched = await school.source("PATCH", `/v1/messages/${id}`, { schedule: inSeconds(7200) });
    expect(patched.status).toBe(204);
    await timePasses(installation, 3700);
    expect((await school.message(id)).state).toBe("scheduled");
    await timePasses(installation, 3600);
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(1);
    const again = await school.source("PATCH", `/v1/messages/${id}`, { schedule: inSeconds(60) });
    expect(again.body).toMatchObject({ status: 409, code: "message-not-scheduled" });
  });

  it("sends nothing of a message that is cancelled before its time", async () => {
    const id = await school.send(soon(3600));
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    await timePasses(installation, 3700);
    expect(await school.message(id)).toMatchObject({ state: "cancelled", counts: { targeted: 0 } });
    expect(installation.vendor.calls).toEqual([]);
  });

  it("answers a repeat with the schedule it found", async () => {
    const message = soon(3600);
    const id = await school.send(message, { key: "twice" });
    const again = await school.trySend(message, { key: "twice" });
    expect(again.body).toMatchObject({ id, outcome: "scheduled" });
    await school.source("POST", `/v1/messages/${id}/cancellation`);
  });

  it("answers a repeat with what it found long after the time it was scheduled for", async () => {
    const message = soon(-540);
    const { body } = await school.trySend(message, { key: "late-repeat" });
    await school.completed(body.id);
    const { clock } = installation.foundation;
    const now = clock.now;
    clock.now = () => new Date(now().getTime() + 3_600_000);
    try {
      const again = await school.trySend(message, { key: "late-repeat" });
      expect(again.status).toBe(202);
      expect(again.body.id).toBe(body.id);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      const other = await school.trySend({ ...message, priority: 1 }, { key: "late-repeat" });
      expect(other.status).toBe(422);
    } finally {
      clock.now = now;
    }
    expect(installation.vendor.effects.size).toBe(1);
  });

  it("does not send what nobody has approved by its time, and says so", async () => {
    const strict = await givenSchool(installation, "严校");
    await strict.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
    await strict.owner("PUT", "/v1/approval-flow", {
      name: "审核",
      state: "on",
      conditions: { sourceIds: [strict.sourceId], composed: false },
      levels: [{ name: "一级", roleIds: [strict.roleIds.reviewer], mode: "any" }],
    });
    const [late, early] = [await strict.send(soon(3600)), await strict.send(soon(3600))];
    const requests = await strict.reviewer("GET", "/v1/approval-requests");
    const requestOf = (id: string) =>
      requests.body.items.find((one: { subject: { id: string } }) => one.subject.id === id);
    const approve = (request: { id: string; contentHash: string }) =>
      strict.reviewer("POST", `/v1/approval-requests/${request.id}/decisions`, {
        decision: "approve",
        contentHash: request.contentHash,
      });
    expect((await approve(requestOf(early))).status).toBeLessThan(300);
    expect((await strict.message(early)).state).toBe("scheduled");
    await timePasses(installation, 3600);
    await strict.completed(early);
    await until(async () => (await strict.message(late)).state === "expired");
    expect((await approve(requestOf(late))).status).toBe(409);
    expect((await strict.message(late)).counts).toMatchObject({ targeted: 0 });
    expect(installation.vendor.effects.size).toBe(1);
    const audit = await strict.owner("GET", "/v1/audit-entries?action=message.expired");
    expect(audit.body.items).toMatchObject([{ subjectId: late, actor: { kind: "system" } }]);
  });
});

it("begins a message whose time came while nothing was running", async () => {
  const installation = await startInstallation({ engine: false });
  try {
    const school = await givenSchool(installation);
    await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
    const id = await school.send(soon(3600));
    await timePasses(installation, 3700);
    expect((await school.message(id)).state).toBe("scheduled");
    await installation.startEngine();
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(1);
  } finally {
    await installation.stop();
  }
});
