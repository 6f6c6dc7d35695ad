import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDispatcher, SEND_QUEUE } from "../../src/modules/deliveries/index.ts";
import type { HintQueue } from "../../src/platform/queue/index.ts";
import {
  BACKENDS,
  expandOnce,
  expectNothingLost,
  givenEndpoint,
  givenSchool,
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
import { WITHOUT_REDIS } from "../harness/redis.ts";

type Claims = Parameters<Parameters<typeof createDispatcher>[0]["queue"]["add"]>[0];

describe.each(BACKENDS)("recovery, with the queue on %s", (backend) => {
  let installation: Installation;
  let school: School;
  let engines: RunningEngine[] = [];
  beforeAll(async () => {
    installation = await startInstallation({ backend, engine: false });
  });
  afterAll(() => installation?.stop());

  beforeEach(async () => {
    installation.vendor.reset();
    school = await givenSchool(installation);
    await givenEndpoint(installation, school);
    const names = ["u-1", "u-2", "u-3"];
    await school.addUsers(
      names.map((userId) => ({
        userId,
        identities: [
          { kind: "push", address: userId },
          { kind: "webhook", address: userId },
        ],
      })),
    );
  });
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    engines = [];
    await expectNothingLost(installation);
  });

  async function startEngine(): Promise<RunningEngine> {
    const engine = await installation.startEngine();
    engines.push(engine);
    return engine;
  }

  /** One round of a dispatcher that sends nothing itself, with a queue that may do something to the hints. */
  async function dispatchOnce(tamper: (claims: Claims) => Claims = (claims) => claims): Promise<Claims> {
    const queue: HintQueue<Claims[number]> = installation.queue.openQueue(SEND_QUEUE);
    const sent: Claims = [];
    const tampering = {
      add: async (claims: Claims) => {
        sent.push(...claims);
        await queue.add(tamper(claims));
      },
    };
    const { dispatch } = installation.foundation;
    const direct = { room: () => 0, send: () => undefined };
    await createDispatcher({
      dispatch,
      queue: tampering,
      direct,
      hasTime: () => false,
      isDegraded: () => false,
    }).run();
    return sent;
  }

  /** The webhook channel talks to the vendor that can hold its answers. */
  const pointHookAtVendor = () =>
    mustSucceed(
      school.owner("PATCH", `/v1/channels/${school.channels.hook.id}`, {
        settings: { url: `${installation.vendor.url}/hook` },
      }),
    );

  it("gives work back whose hints were wiped from the queue", async () => {
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await expandOnce(installation);
    expect(await dispatchOnce()).toHaveLength(1);
    await installation.wipeQueue();
    await startEngine();
    await timePasses(installation, 31);
    await school.completed(id);
    expect([...installation.vendor.effects.values()]).toEqual([1]);
  });

  it("loses and doubles nothing while the queue is wiped again and again", async () => {
    await startEngine();
    const ids: string[] = [];
    for (let index = 0; index < 20; index++) {
      ids.push(await school.send(messageTo(users("u-1", "u-2", "u-3"), ["courier"])));
      await installation.wipeQueue();
    }
    await until(async () => {
      await timePasses(installation, 31);
      await school.allCompleted(ids, 200);
      return true;
    });
    expect(installation.vendor.effects.size).toBe(60);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });

  it("sends once when hints come twice, at once and late", async () => {
    const id = await school.send(messageTo(users("u-1", "u-2"), ["courier"]));
    const gate = installation.vendor.hold();
    await expandOnce(installation);
    const claims = await dispatchOnce((all) => [...all, ...all]);
    await startEngine();
    await gate.arrived(1);
    await installation.queue.openQueue(SEND_QUEUE).add(claims);
    const after = await school.send(messageTo(users("u-3"), ["hook"]));
    await school.completed(after);
    gate.open();
    await school.completed(id);
    await installation.queue.openQueue(SEND_QUEUE).add(claims);
    const last = await school.send(messageTo(users("u-3"), ["hook"]));
    await school.completed(last);
    expect([...installation.vendor.effects.values()]).toEqual([1, 1]);
  });

  it.each([1, 2])("sends once when a hint comes again, and brings %i more along", async (more) => {
    const names = ["u-1", "u-2", "u-3"].slice(0, 1 + more);
    const ids: string[] = [];
    for (const name of names) ids.push(await school.send(messageTo(users(name), ["courier"])));
    const gate = installation.vendor.hold();
    await expandOnce(installation);
    const [hint] = await dispatchOnce(([all]) => [{ claims: all?.claims.slice(0, 1) ?? [] }]);
    expect(hint?.claims).toHaveLength(names.length);
    await startEngine();
    await gate.arrived(1);
    await installation.queue.openQueue(SEND_QUEUE).add([{ claims: hint?.claims ?? [] }]);
    await gate.arrived(2);
    gate.open();
    await school.allCompleted(ids);
    expect([...installation.vendor.effects.values()]).toEqual(names.map(() => 1));
  });

  it("calls what a lost worker had under way unknown where the vendor cannot deduplicate", async () => {
    const gate = installation.vendor.hold();
    await startEngine();
    const id = await school.send(messageTo(users("u-1", "u-2"), ["courier"]));
    await gate.arrived(1);
    await timePasses(installation, 61);
    await school.completed(id);
    const deliveries = await school.deliveriesOf(id);
    expect(deliveries.map(({ state, reason }) => [state, reason])).toEqual([
      ["unknown", "worker_lost"],
      ["unknown", "worker_lost"],
    ]);
    gate.open();
    const next = await school.send(messageTo(users("u-3"), ["courier"]));
    await school.completed(next);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });

  it("sends again under the same webhook id where the receiver deduplicates: one effect", async () => {
    await pointHookAtVendor();
    const gate = installation.vendor.hold();
    await startEngine();
    const id = await school.send(messageTo(users("u-1"), ["hook"]));
    await gate.arrived(1);
    await timePasses(installation, 61);
    await gate.arrived(2);
    gate.open();
    await school.completed(id);
    const { id: ref, state } = await school.timelineOf(id);
    expect(state).toBe("accepted");
    expect(installation.vendor.calls.map(({ headers }) => headers["webhook-id"])).toEqual([ref, ref]);
  });

  it("repeats an ambiguous call where the receiver deduplicates, under the same webhook id", async () => {
    await pointHookAtVendor();
    let cuts = 2;
    installation.vendor.answer(() => (cuts-- > 0 ? "cut" : { status: 200 }));
    await startEngine();
    const id = await school.send(messageTo(users("u-1"), ["hook"]));
    for (const attemptCount of [1, 2]) {
      await until(async () => (await school.timelineOf(id)).attemptCount === attemptCount);
      expect(await school.timelineOf(id)).toMatchObject({ state: "ready", reason: "ambiguous" });
      await timePasses(installation, 10);
    }
    await school.completed(id);
    const { id: ref, state, reason } = await school.timelineOf(id);
    expect({ state, reason }).toEqual({ state: "accepted", reason: null });
    const keys = installation.vendor.calls.map(({ headers }) => headers["webhook-id"]);
    expect(keys).toEqual([ref, ref, ref]);
  });

  it("does not call cancelled what waits to be repeated and may have been sent", async () => {
    await pointHookAtVendor();
    installation.vendor.answer(() => "cut");
    await startEngine();
    const id = await school.send(messageTo(users("u-1"), ["hook"]));
    await until(async () => (await school.timelineOf(id)).attemptCount === 1);
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    await until(async () => (await school.timelineOf(id)).state === "unknown");
    expect((await school.message(id)).counts).toMatchObject({ cancelled: 0, unknown: 1 });
  });

  it("stops a worker that lost its lease from opening further batches", async () => {
    const addresses = Array.from({ length: 600 }, (_, index) => ({ address: `d-${index}` }));
    const gate = installation.vendor.hold();
    await startEngine();
    const id = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
    await gate.arrived(8);
    await timePasses(installation, 61);
    // Another worker has the chunk now; what the first one had under way is nobody's to tell.
    await until(async () => (await school.message(id)).counts.unknown === 400);
    gate.open();
    await school.completed(id);
    const counts = (await school.message(id)).counts;
    expect(counts).toMatchObject({ targeted: 600, submitted: 200, unknown: 400 });
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
    expect(installation.vendor.effects.size).toBe(600);
  });

  it("doubles nothing with two dispatchers, two expanders and two workers at once", async () => {
    await Promise.all([startEngine(), startEngine()]);
    const sends = Array.from({ length: 60 }, (_, index) =>
      school.send(
        messageTo(index % 2 ? users("u-1", "u-2", "u-3") : { kind: "all" }, ["courier"], {
          priority: 1 + (index % 3),
        }),
      ),
    );
    const ids = await Promise.all(sends);
    await school.allCompleted(ids);
    expect(installation.vendor.effects.size).toBe(180);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });

  it("ends a message that is cancelled while its hint waits in the queue", async () => {
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await expandOnce(installation);
    await dispatchOnce();
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    await startEngine();
    const other = await school.send(messageTo(users("u-2"), ["courier"]));
    await school.completed(other);
    expect(await school.timelineOf(id)).toMatchObject({ state: "cancelled", reason: "cancelled" });
    expect(installation.vendor.effects.size).toBe(1);
  });

  it("ends a message whose worker died right behind its last chunk", async () => {
    const first = await startEngine();
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await school.completed(id);
    await first.stop();
    // What the dead worker leaves: the chunk is done, and nobody has looked at the message.
    await installation.books.transaction(
      ({ sql }) => sql`update messages set state = 'sending', completed_at = null
        where id = ${toUuid("message", id)}`,
    );
    await startEngine();
    await school.completed(id);
  });

  it("ends what is left of a cancelled message when the worker died that gave it back", async () => {
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await expandOnce(installation);
    await dispatchOnce();
    expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
    await installation.books.transaction(
      ({ sql }) => sql`update chunks set state = 'ready', lease_token = null, lease_until = null
        where message_id = ${toUuid("message", id)}`,
    );
    await startEngine();
    const stateOf = () =>
      installation.books.transaction(async ({ sql }) => {
        const [chunk] = await sql<{ state: string }[]>`
          select state from chunks where message_id = ${toUuid("message", id)}`;
        return chunk?.state;
      });
    await until(async () => (await stateOf()) === "done");
    expect(installation.vendor.effects.size).toBe(0);
  });

  it("sends on after an engine has stopped in the middle: another one takes over", async () => {
    const first = await startEngine();
    const ids = await Promise.all(
      Array.from({ length: 30 }, () => school.send(messageTo(users("u-1", "u-2"), ["courier"]))),
    );
    await first.stop();
    await startEngine();
    await timePasses(installation, 31);
    await school.allCompleted(ids);
    expect(installation.vendor.effects.size).toBe(60);
    expect(new Set(installation.vendor.effects.values())).toEqual(new Set([1]));
  });
});

it.skipIf(BACKENDS.includes("redis"))(WITHOUT_REDIS, () => {
  expect(BACKENDS).toEqual(["postgres"]);
});
