import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

const PUPILS = 2_500;

describe("rates, with three engines on one database", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
    await installation.startEngine();
    await installation.startEngine();
    school = await givenSchool(installation);
    await school.addUsers(
      Array.from({ length: PUPILS }, (_, index) => ({
        userId: `p-${index}`,
        tags: index < 300 ? ["少"] : [],
        identities: [{ kind: "push", address: `device-${index}` }],
      })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  const few = { kind: "tags", any: ["少"] };

  /** The most that arrived within any second. */
  function busiestSecond(): number {
    const { calls } = installation.vendor;
    const inSecondFrom = (from: number) =>
      calls
        .filter(({ arrivedAt }) => arrivedAt >= from && arrivedAt < from + 1000)
        .reduce((sum, { refs }) => sum + refs.length, 0);
    return Math.max(...calls.map(({ arrivedAt }) => inSecondFrom(arrivedAt)));
  }

  it("keeps a message to its rate in every second, and everybody gets it once", async () => {
    const startedAt = performance.now();
    const id = await school.send(messageTo({ kind: "all" }, ["courier"], { rate: { perSecond: 400 } }));
    await school.completed(id);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(busiestSecond()).toBeLessThanOrEqual((400 + 40) * 1.1);
    expect(seconds).toBeGreaterThan(PUPILS / 440);
    expect(installation.vendor.effects.size).toBe(PUPILS);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });

  it("goes on all the time at a rate that is slower than a worker waits for", {
    timeout: 40_000,
  }, async () => {
    const perSecond = 3;
    const userIds = Array.from({ length: 12 }, (_, index) => `p-${index}`);
    const startedAt = performance.now();
    const id = await school.send(messageTo(users(...userIds), ["courier"], { rate: { perSecond } }));
    await until(async () => (await school.message(id)).state === "completed", { timeoutMs: 35_000 });
    const seconds = (performance.now() - startedAt) / 1000;
    const shortest = (userIds.length - 2) / perSecond;
    expect(seconds).toBeGreaterThan(shortest);
    // A chunk that stood behind itself in the queue would wait ten seconds after each delivery.
    expect(seconds).toBeLessThan(shortest * 2 + 3);
  });

  it("takes another rate while it is running, and none", async () => {
    const id = await school.send(messageTo({ kind: "all" }, ["courier"], { rate: { perSecond: 1 } }));
    await until(() => installation.vendor.effects.size >= 2);
    expect(busiestSecond()).toBeLessThanOrEqual(2);
    const faster = { rate: { perSecond: 300 } };
    expect((await school.source("PATCH", `/v1/messages/${id}`, faster)).status).toBe(204);
    await until(() => installation.vendor.effects.size >= 100);
    expect(busiestSecond()).toBeLessThanOrEqual((300 + 30) * 1.1);
    expect((await school.source("PATCH", `/v1/messages/${id}`, { rate: null })).status).toBe(204);
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(PUPILS);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    const over = await school.source("PATCH", `/v1/messages/${id}`, { rate: null });
    expect(over.body).toMatchObject({ status: 409, code: "message-over" });
  });

  it("does not wait for a turn of the slow rate that it had before", async () => {
    const id = await school.send(messageTo(few, ["courier"], { rate: { perSecond: 0.01 } }));
    await until(() => installation.vendor.effects.size === 1);
    await school.source("PATCH", `/v1/messages/${id}`, { rate: { perSecond: 300 } });
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(300);
  });

  it("spreads a message over the minutes it was given", async () => {
    const id = await school.send(messageTo(few, ["courier"], { rate: { overMinutes: 1 } }));
    await until(() => installation.vendor.effects.size >= 12);
    expect(busiestSecond()).toBeLessThanOrEqual(7);
    expect(await school.message(id)).toMatchObject({ rate: { overMinutes: 1 } });
    await school.source("PATCH", `/v1/messages/${id}`, { rate: null });
    await school.completed(id);
    expect(installation.vendor.effects.size).toBe(300);
  });

  it("shares a channel's rate among its messages", async () => {
    const path = `/v1/channels/${school.channels.courier.id}`;
    const limited = await school.owner("PATCH", path, { ratePerSecond: 200 });
    expect(limited.body).toMatchObject({ ratePerSecond: 200 });
    const ids = [
      await school.send(messageTo(few, ["courier"])),
      await school.send(messageTo(few, ["courier"])),
      await school.send(messageTo(few, ["courier"])),
    ];
    await school.allCompleted(ids);
    expect(busiestSecond()).toBeLessThanOrEqual((200 + 20) * 1.1);
    expect(installation.vendor.effects.size).toBe(900);
    await school.owner("PATCH", path, { ratePerSecond: null });
  });

  it("refuses a rate that is none, at its field", async () => {
    const { status, body } = await school.trySend(messageTo(few, ["courier"], { rate: { perSecond: 0 } }));
    expect([status, body]).toMatchObject([422, { errors: [{ pointer: expect.stringMatching(/^\/rate/) }] }]);
  });
});
