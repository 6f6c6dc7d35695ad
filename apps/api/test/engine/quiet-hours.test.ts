import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  releaseQueue,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

const SHANGHAI = "Asia/Shanghai";
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const HOUR_MS = 3_600_000;
const atMinute = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000);
const timeOfDay = (at: Date) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: SHANGHAI, hour: "2-digit", minute: "2-digit" }).format(at);
const dayOf = (at: Date) => new Intl.DateTimeFormat("sv-SE", { timeZone: SHANGHAI }).format(at);
/** Quiet hours that began an hour ago and end in so many hours. */
const quietFor = (hours: number) => {
  const now = Date.now();
  const to = atMinute(now + hours * HOUR_MS);
  const windows = [{ from: timeOfDay(atMinute(now - HOUR_MS)), to: timeOfDay(to), weekdays: EVERY_DAY }];
  return { quietHours: { timeZone: SHANGHAI, windows }, endsAt: to.toISOString() };
};
const NEVER = { timeZone: SHANGHAI, windows: [] };

describe("quiet hours", () => {
  let installation: Installation;
  let school: School;
  const now = () => new Date();
  beforeAll(async () => {
    installation = await startInstallation();
  });
  beforeEach(async () => {
    school = await givenSchool(installation);
    await school.addUsers(
      ["a", "b", "c"].map((userId) => ({
        userId,
        identities: [
          { kind: "push", address: `${userId}-device` },
          { kind: "webhook", address: `${userId}-screen` },
        ],
      })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    installation.foundation.clock.now = now;
    installation.vendor.answer(() => ({ status: 200 }));
    await expectNothingLost(installation);
    installation.vendor.reset();
  });

  const save = (body: object) => mustSucceed(school.owner("PUT", "/v1/quiet-hours", body));
  const saveOwn = (userId: string, body: object) =>
    mustSucceed(school.owner("PUT", `/v1/users/${userId}/quiet-hours`, body));
  const toUsers = (...ids: string[]) => messageTo(users(...ids), ["courier"]);
  const sentTo = () => installation.vendor.calls.flatMap(({ body }) => addressesIn(body));
  const addressesIn = (body: string) => (JSON.parse(body).items as { to: string }[]).map(({ to }) => to);
  const hoursPass = async (hours: number) => {
    const { clock } = installation.foundation;
    const before = clock.now;
    clock.now = () => new Date(before().getTime() + hours * HOUR_MS);
    await timePasses(installation, hours * 3600);
    // Nobody is signed out meanwhile.
    await installation.books.transaction(
      ({ sql }) => sql`update sessions set used_at = used_at + make_interval(secs => ${hours * 3600}),
        expires_at = expires_at + make_interval(secs => ${hours * 3600})`,
    );
  };
  const deferralsOf = async (id: string) =>
    (await school.deliveriesOf(id)).map(({ state, deferredUntil }) => [state, deferredUntil]);
  const isQuiet = () =>
    until(async () => (await installation.foundation.readRestraints(school.tenantId)).quietHours);

  it("keeps a message until they are over, says so, and sends it then", async () => {
    const { quietHours, endsAt } = quietFor(1);
    await save({ ofTenant: quietHours });
    const id = await school.send(toUsers("a"));
    await school.expanded(id);
    expect(await deferralsOf(id)).toEqual([["ready", endsAt]]);
    expect(await dueTimes(id)).toEqual([endsAt]);
    await hoursPass(0.9);
    expect(sentTo()).toEqual([]);
    await hoursPass(0.2);
    await school.completed(id);
    expect(sentTo()).toEqual(["a-device"]);
    expect((await school.timelineOf(id)).timeline.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      "created all",
      "deferred quiet_hours",
      "attempt_started started",
      "attempt_ended ended",
    ]);
  });

  it("leaves people out whom the message would rather not disturb later", async () => {
    await save({ ofTenant: quietFor(1).quietHours });
    await saveOwn("c", NEVER);
    const id = await school.send(messageTo(users("a", "c"), ["courier"], { quietHours: "drop" }));
    await school.completed(id);
    expect(await statesOf(id)).toEqual({ a: "suppressed quiet_hours", c: "accepted null" });
    expect((await school.message(id)).counts).toMatchObject({ targeted: 2, valid: 1, suppressed: 1 });
  });

  it("do nothing to a message that ignores them, nor to a critical one unless it says so", async () => {
    await save({ ofTenant: quietFor(1).quietHours });
    const send = (rest: object) => school.send(messageTo(users("a"), ["courier"], rest));
    const ignoring = await send({ quietHours: "ignore" });
    const critical = await send({ category: "critical" });
    for (const id of [ignoring, critical]) await school.completed(id);
    const considerate = await send({ category: "critical", quietHours: "drop" });
    await school.completed(considerate);
    expect(await statesOf(considerate)).toEqual({ a: "suppressed quiet_hours" });
    expect(sentTo()).toEqual(["a-device", "a-device"]);
  });

  it("are a category's own where it has some, and a template's messages are of its category", async () => {
    const { quietHours, endsAt } = quietFor(2);
    await save({ ofTenant: NEVER, ofCategories: { marketing: quietHours } });
    const { id: templateId } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/templates", { code: "sale", name: "优惠" }),
    );
    await mustSucceed(
      school.owner("POST", `/v1/templates/${templateId}/versions`, {
        category: "marketing",
        variables: [],
        renderings: { push: { text: "优惠" } },
      }),
    );
    await mustSucceed(school.owner("POST", `/v1/templates/${templateId}/versions/1/publication`));
    const service = await school.send(toUsers("a"));
    await school.completed(service);
    const sale = { audience: users("a"), channels: ["courier"], template: "sale" };
    const marketing = await school.send(sale);
    await school.expanded(marketing);
    expect(await deferralsOf(marketing)).toEqual([["ready", endsAt]]);
    const contradicting = await school.trySend({ ...sale, category: "service" });
    expect(contradicting).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/category", code: "of_template" }] },
    });
    await hoursPass(2.1);
    await until(() => sentTo().length === 2);
  });

  it("send to each at the end of their own hours, a broadcast as well as a list", async () => {
    const [tenant, own] = [quietFor(1), quietFor(3)];
    await save({ ofTenant: tenant.quietHours });
    await saveOwn("b", own.quietHours);
    await saveOwn("c", NEVER);
    const list = await school.send(toUsers("a", "b", "c"));
    const broadcast = await school.send(messageTo({ kind: "all" }, ["courier"]));
    await until(() => sentTo().length === 2);
    expect(new Set(sentTo())).toEqual(new Set(["c-device"]));
    for (const id of [list, broadcast]) {
      expect((await dueTimes(id)).slice(1)).toEqual([tenant.endsAt, own.endsAt]);
    }
    await hoursPass(1.1);
    await until(() => sentTo().length === 4);
    expect(sentTo().slice(2)).toEqual(["a-device", "a-device"]);
    await hoursPass(2);
    for (const id of [list, broadcast]) await school.completed(id);
    expect(sentTo().slice(4)).toEqual(["b-device", "b-device"]);
  });

  it("are judged again for what waited into the night: the others go, and each goes once", async () => {
    const id = await heldBack(() => school.send(toUsers("a", "b", "c")));
    const { quietHours, endsAt } = quietFor(1);
    await save({ ofTenant: NEVER });
    await saveOwn("b", quietHours);
    await isQuiet();
    await releaseQueue(installation);
    await until(() => sentTo().length === 2);
    expect(sentTo().sort()).toEqual(["a-device", "c-device"]);
    await until(async () => (await dueTimes(id))[0] === endsAt);
    await hoursPass(1.1);
    await school.completed(id);
    expect([...installation.vendor.effects.values()]).toEqual([1, 1, 1]);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 3, valid: 3, submitted: 3 });
  });

  it("leave out what waited into the night, with the books in order", async () => {
    const id = await heldBack(() =>
      school.send(messageTo(users("a", "b"), ["courier"], { quietHours: "drop" })),
    );
    await saveOwn("b", quietFor(1).quietHours);
    await isQuiet();
    await releaseQueue(installation);
    await school.completed(id);
    expect(await statesOf(id)).toEqual({ a: "accepted null", b: "suppressed quiet_hours" });
    expect((await school.message(id)).counts).toMatchObject({ targeted: 2, valid: 1, suppressed: 1 });
  });

  it("end a message whose time to live runs out before they do", async () => {
    await save({ ofTenant: quietFor(2).quietHours });
    const id = await school.send(messageTo(users("a"), ["courier"], { ttlSeconds: 3600 }));
    await school.expanded(id);
    await hoursPass(1.1);
    await school.completed(id);
    expect(await statesOf(id)).toEqual({ a: "expired quiet_hours_outlast_time_to_live" });
    expect(sentTo()).toEqual([]);
  });

  it("let go what they kept back as soon as they are changed", async () => {
    await save({ ofTenant: quietFor(3).quietHours });
    const id = await school.send(toUsers("a"));
    await school.expanded(id);
    await save({ ofTenant: null });
    await school.completed(id);
    expect(sentTo()).toEqual(["a-device"]);
  });

  describe("that were changed while deliveries were made by the ones before", () => {
    let quiet: Installation;
    let other: School;
    beforeAll(async () => {
      quiet = await startInstallation({ engine: false });
    });
    beforeEach(async () => {
      other = await givenSchool(quiet);
      await other.addUsers([{ userId: "a", identities: [{ kind: "push", address: "a-device" }] }]);
    });
    afterEach(() => expectNothingLost(quiet));
    afterAll(() => quiet?.stop());

    const set = (body: object) => mustSucceed(other.owner("PUT", "/v1/quiet-hours", body));
    /** Makes a message's deliveries as a process would that still remembers `before`; they are others by now. */
    async function expandBy(before: object | null, after: object | null): Promise<string> {
      await set({ ofTenant: before });
      const remembered = await quiet.foundation.readRestraints(other.tenantId);
      await set({ ofTenant: after });
      const id = await other.send(messageTo(users("a"), ["courier"]));
      await expandOnce({ foundation: { ...quiet.foundation, readRestraints: async () => remembered } });
      return id;
    }

    it("keep nothing back any longer when they end earlier", async () => {
      const id = await expandBy(quietFor(3).quietHours, null);
      expect((await other.deliveriesOf(id))[0]?.deferredUntil).not.toBeNull();
      await timePasses(quiet, 15);
      const engine = await quiet.startEngine();
      await other.completed(id);
      await engine.stop();
      expect([...quiet.vendor.effects.values()]).toEqual([1]);
      quiet.vendor.reset();
    });

    it("let nothing go too early when they end later", async () => {
      const { quietHours, endsAt } = quietFor(3);
      const id = await expandBy(null, quietHours);
      await until(async () => (await quiet.foundation.readRestraints(other.tenantId)).quietHours);
      const engine = await quiet.startEngine();
      await until(async () => (await other.deliveriesOf(id))[0]?.deferredUntil === endsAt);
      expect(quiet.vendor.calls).toEqual([]);
      await set({ ofTenant: null });
      await other.completed(id);
      await engine.stop();
    });
  });

  it("keep the next step of a policy until they are over, as its simulation says", async () => {
    const { courier, hook } = school.channels;
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name: "夜里",
        steps: [{ channelIds: [hook.id] }, { channelIds: [courier.id], when: "failed" }],
      }),
    );
    await school.addUsers([{ userId: "d", identities: [{ kind: "push", address: "d-device" }] }]);
    const { quietHours, endsAt } = quietFor(1);
    await save({ ofTenant: quietHours });
    const id = await school.send(messageTo(users("d"), [], { channels: undefined, policy: policy.id }));
    const second = await school.reaches(id, "ready", 1);
    expect(second).toMatchObject({ deferredUntil: endsAt });
    expect(sentTo()).toEqual([]);
    const at = new Date();
    const simulation = await mustSucceed<{ timeline: { kind: string; step: number; until: string }[] }>(
      school.owner("POST", "/v1/policies/simulations", {
        policyId: policy.id,
        channels: [{ channelId: hook.id, noAddress: true }],
        start: { on: dayOf(at), timeOfDay: timeOfDay(at), timeZone: SHANGHAI },
      }),
    );
    const deferred = simulation.timeline.find(({ kind }) => kind === "deferred");
    expect(deferred).toMatchObject({ step: 1, until: second.deferredUntil });
    await hoursPass(1.1);
    await school.completed(id);
    expect(sentTo()).toEqual(["d-device"]);
  });

  describe("over a channel that stays down, with a fallback,", () => {
    let policyId: string;
    beforeEach(async () => {
      await school.addUsers(
        ["a", "b", "c"].map((userId) => ({
          userId,
          identities: [
            { kind: "push", address: `${userId}-device` },
            { kind: "email", address: `${userId}@example.cn` },
          ],
        })),
      );
      const { courier, mail } = school.channels;
      const steps = [{ channelIds: [courier.id] }, { channelIds: [mail.id], when: "failed" }];
      policyId = (
        await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", { name: "失败补发", steps }))
      ).id;
      installation.vendor.answer(() => ({ status: 401 }));
    });
    const sendByPolicy = (...ids: string[]) =>
      school.send(messageTo(users(...ids), [], { channels: undefined, policy: policyId }));
    const stepsOf = async (id: string) =>
      (await school.deliveriesOf(id)).map(
        ({ user, step, state, reason }) => `${user?.userId} ${step} ${state} ${reason}`,
      );
    const courierIsDown = () =>
      until(async () => {
        const path = `/v1/channels/${school.channels.courier.id}`;
        const channel = await mustSucceed<{ health: { circuit: { state: string } } }>(
          school.owner("GET", path),
        );
        return channel.health.circuit.state === "open";
      });
    /** The loop that gives up has come round when this, which nothing keeps back, has fallen back. */
    async function otherFallsBack(): Promise<void> {
      const id = await sendByPolicy("c");
      await until(async () => (await stepsOf(id)).includes("c 0 failed channel_down"));
      await school.completed(id);
    }

    it("keep back what is not given up: it goes by that channel when both are over", async () => {
      await saveOwn("a", quietFor(1).quietHours);
      const id = await sendByPolicy("a", "b");
      await courierIsDown();
      await timePasses(installation, 301);
      await until(async () => (await stepsOf(id)).includes("b 0 failed channel_down"));
      await otherFallsBack();
      const own = (await school.deliveriesOf(id)).filter(({ user }) => user?.userId === "a");
      expect(own).toMatchObject([{ step: 0, state: "ready", deferredUntil: expect.any(String) }]);
      installation.vendor.answer(() => ({ status: 200 }));
      await hoursPass(1.1);
      await until(async () => (await stepsOf(id)).includes("a 0 accepted null"));
      expect(sentTo().at(-1)).toBe("a-device");
      // It would hear of a failure for three days.
      await hoursPass(73);
      await school.completed(id);
    });

    it("keep back no longer than until they end: then the next channel has its turn", async () => {
      await saveOwn("a", quietFor(1).quietHours);
      const id = await sendByPolicy("a", "b");
      await courierIsDown();
      await timePasses(installation, 301);
      await otherFallsBack();
      await hoursPass(1.1);
      await school.completed(id);
      expect((await stepsOf(id)).filter((step) => step.startsWith("a"))).toEqual([
        "a 0 failed channel_down",
        "a 1 accepted null",
      ]);
    });
  });

  /** Makes a message's chunk and keeps it from being claimed, as a long queue would. */
  async function heldBack(send: () => Promise<string>): Promise<string> {
    await holdQueue(installation);
    const id = await send();
    await school.expanded(id);
    return id;
  }
  async function dueTimes(messageId: string): Promise<string[]> {
    const rows = await installation.books.transaction(
      ({ sql }) => sql<{ at: Date }[]>`select due_at as at from chunks
        where message_id = ${toUuid("message", messageId)} order by due_at`,
    );
    return rows.map(({ at }) => at.toISOString());
  }

  async function statesOf(messageId: string) {
    const rows = await school.deliveriesOf(messageId);
    return Object.fromEntries(rows.map(({ user, state, reason }) => [user?.userId, `${state} ${reason}`]));
  }
});
