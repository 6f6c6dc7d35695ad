import { toUuid } from "@tidings/db";
import { describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  releaseQueue,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { givenTwoUsersScene, installation, school } from "./two-users-scene.ts";

givenTwoUsersScene();

describe("frequency caps", () => {
  const cap = (...items: object[]) => mustSucceed(school.owner("PUT", "/v1/frequency-caps", { items }));
  const send = async (audience: object, rest: object = {}, channels = ["courier"]) => {
    const id = await school.send(messageTo(audience, channels, rest));
    await school.completed(id);
    return id;
  };
  const outcomesOf = async (id: string) =>
    (await school.deliveriesOf(id))
      .map(({ channel, state, reason, reasonDetail }) => {
        const name = channel.id === school.channels.courier.id ? "push" : "webhook";
        return [name, state, reason, reasonDetail].filter((part) => part !== null).join(" ");
      })
      .sort();

  /** What the queue holds was made an hour ago. */
  const hasWaitedForAnHour = () =>
    installation.books.transaction(async ({ sql }) => {
      const tenant = toUuid("tenant", school.tenantId);
      const made = await sql`update deliveries set created_at = created_at - interval '1 hour'
        where tenant_id = ${tenant} and state = 'ready' returning channel_id`;
      const channelIds = made.map((row) => row.channel_id as string);
      await sql`update chunks set created_at = created_at - interval '1 hour' where due_at = 'infinity'`;
      // They count in the hour in which they were made.
      for (const table of ["statistics_deltas", "statistics_hourly"]) {
        await sql`update ${sql(table)} set hour = hour - interval '1 hour'
          where tenant_id = ${tenant} and channel_id = any(${channelIds}::uuid[])`;
      }
    });
  const capsAreKnown = () =>
    until(async () => (await installation.foundation.readRestraints(school.tenantId)).caps.length === 1);

  it("let through what they allow within their hours, and name the cap that keeps the rest back", async () => {
    await cap({ limit: 2, hours: 24 });
    for (const _ of [1, 2]) expect(await outcomesOf(await send(users("a")))).toEqual(["push accepted"]);
    const third = await send(users("a", "b"));
    expect(await outcomesOf(third)).toEqual(["push accepted", "push suppressed over_frequency_cap 2/24h"]);
    expect((await school.message(third)).counts).toMatchObject({ targeted: 2, valid: 1, suppressed: 1 });
    await timePasses(installation, 23 * 3600);
    expect(await outcomesOf(await send(users("a")))).toEqual(["push suppressed over_frequency_cap 2/24h"]);
    await timePasses(installation, 2 * 3600);
    expect(await outcomesOf(await send(users("a")))).toEqual(["push accepted"]);
  });

  it("count what failed, was left out or was critical for nothing, and let the critical through", async () => {
    await cap({ limit: 1, hours: 1 });
    installation.vendor.answer(({ refs }) => ({
      status: 200,
      body: JSON.stringify({ refused: Object.fromEntries(refs.map((ref) => [ref, "no_device"])) }),
    }));
    expect(await outcomesOf(await send(users("a")))).toEqual(["push failed no_device"]);
    installation.vendor.answer(() => ({ status: 200 }));
    for (const _ of [1, 2]) {
      expect(await outcomesOf(await send(users("a"), { category: "critical" }))).toEqual(["push accepted"]);
    }
    expect(await outcomesOf(await send(users("a")))).toEqual(["push accepted"]);
    expect(await outcomesOf(await send(users("a"), { category: "critical" }))).toEqual(["push accepted"]);
  });

  it("hold one channel kind, or one category, without the others", async () => {
    await cap(
      { limit: 1, hours: 24, channelKind: "push" },
      { limit: 1, hours: 24, channelKind: "webhook", category: "marketing" },
    );
    const both = ["courier", "hook"];
    expect(await outcomesOf(await send(users("a"), {}, both))).toEqual(["push accepted", "webhook accepted"]);
    expect(await outcomesOf(await send(users("a"), { category: "marketing" }, both))).toEqual([
      "push suppressed over_frequency_cap 1/24h push",
      "webhook accepted",
    ]);
    expect(await outcomesOf(await send(users("a"), { category: "marketing" }, both))).toEqual([
      "push suppressed over_frequency_cap 1/24h push",
      "webhook suppressed over_frequency_cap 1/24h webhook marketing",
    ]);
    expect(await outcomesOf(await send(users("a"), {}, ["hook"]))).toEqual(["webhook accepted"]);
  });

  describe("of a kind count what was sent through a channel that has been deleted", () => {
    /** Deletes the school's courier and gives it another one, of another name. */
    async function replaceCourier(): Promise<void> {
      expect((await school.owner("DELETE", `/v1/channels/${school.channels.courier.id}`)).status).toBe(204);
      const settings = { url: installation.vendor.url };
      const channel = { code: "new-courier", name: "新信使", pluginId: "test/courier", settings };
      const { id } = await mustSucceed<{ id: string }>(
        school.owner("POST", "/v1/channels", { ...channel, secrets: { token: "courier-token" } }),
      );
      await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${id}`));
    }
    const reasonsOf = async (id: string) => (await school.deliveriesOf(id)).map(({ reason }) => reason);

    it("when deliveries are made", async () => {
      await cap({ limit: 1, hours: 24, channelKind: "push" });
      await send(users("a"));
      await replaceCourier();
      expect(await reasonsOf(await send(users("a"), {}, ["new-courier"]))).toEqual(["over_frequency_cap"]);
    });

    it("when they are judged again after they have waited", async () => {
      await send(users("a"));
      await replaceCourier();
      await holdQueue(installation);
      const id = await school.send(messageTo(users("a"), ["new-courier"]));
      await school.expanded(id);
      await hasWaitedForAnHour();
      await cap({ limit: 1, hours: 24, channelKind: "push" });
      await capsAreKnown();
      await releaseQueue(installation);
      await school.completed(id);
      expect(await reasonsOf(id)).toEqual(["over_frequency_cap"]);
    });
  });

  it("count several channels of one message, too", async () => {
    await cap({ limit: 1, hours: 24 });
    const outcomes = await outcomesOf(await send(users("a"), {}, ["courier", "hook"]));
    expect(outcomes.filter((outcome) => outcome.includes("over_frequency_cap"))).toHaveLength(1);
  });

  it("leave typed addresses alone: nobody knows whose they are", async () => {
    await cap({ limit: 1, hours: 24 });
    const addresses = { kind: "addresses", addresses: [{ address: "a-device" }] };
    for (const _ of [1, 2]) expect(await outcomesOf(await send(addresses))).toEqual(["push accepted"]);
  });

  it("are never exceeded by messages that come at once, to lists and to everyone", async () => {
    const pupils = Array.from({ length: 300 }, (_, index) => `p-${index}`);
    await school.addUsers(
      pupils.map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
    );
    await cap({ limit: 2, hours: 24 });
    const extra = await installation.startEngine();
    const audiences = [{ kind: "all" }, users(...pupils), { kind: "all" }, users(...pupils), { kind: "all" }];
    const ids = await Promise.all(audiences.map((audience) => school.send(messageTo(audience, ["courier"]))));
    for (const id of ids) await school.completed(id);
    await extra.stop();
    const received = new Map<string, number>();
    for (const { body } of installation.vendor.calls) {
      for (const { to } of JSON.parse(body).items as { to: string }[]) {
        received.set(to, (received.get(to) ?? 0) + 1);
      }
    }
    expect(pupils.map((userId) => received.get(userId))).toEqual(pupils.map(() => 2));
  });

  it("make a list wait for the slice of a broadcast that is being counted", async () => {
    const slow = await startInstallation({ engine: false });
    try {
      const other = await givenSchool(slow);
      await other.addUsers([{ userId: "a", identities: [{ kind: "push", address: "a-device" }] }]);
      await mustSucceed(other.owner("PUT", "/v1/frequency-caps", { items: [{ limit: 1, hours: 24 }] }));
      const broadcast = await other.send(messageTo({ kind: "all" }, ["courier"]));
      // The slice has made its deliveries when it gets to the message's row, and commits behind it.
      const row = await holdRow(slow, broadcast);
      await slow.startEngine();
      await until(() => countWaiting(slow, "transactionid"));
      await slow.startEngine();
      const list = await other.send(messageTo(users("a"), ["courier"]));
      await Promise.race([other.expanded(list), until(() => countWaiting(slow, "advisory"))]);
      await row.release();
      for (const id of [broadcast, list]) await other.completed(id);
      expect([...slow.vendor.effects.values()]).toEqual([1]);
      await expectNothingLost(slow);
    } finally {
      await slow.stop();
    }
  });

  async function holdRow({ books }: Installation, messageId: string) {
    let release = () => {};
    let lockedNow = () => {};
    const locked = new Promise<void>((resolve) => {
      lockedNow = resolve;
    });
    const held = books.transaction(async ({ sql }) => {
      await sql`select from messages where id = ${toUuid("message", messageId)} for no key update`;
      lockedNow();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await locked;
    return {
      release() {
        release();
        return held;
      },
    };
  }

  /** Sessions of this installation that wait for a lock of this kind. */
  async function countWaiting({ books }: Installation, lock: string): Promise<number> {
    const [row] = await books.transaction(
      ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and wait_event = ${lock}`,
    );
    return row.count;
  }

  it("hold what had waited long when they were set: the earlier of two goes", async () => {
    await holdQueue(installation);
    const ids = [
      await school.send(messageTo(users("a"), ["courier"])),
      await school.send(messageTo(users("a"), ["courier"])),
    ];
    for (const id of ids) await school.expanded(id);
    await hasWaitedForAnHour();
    await cap({ limit: 1, hours: 24 });
    await capsAreKnown();
    await releaseQueue(installation);
    for (const id of ids) await school.completed(id);
    expect(await Promise.all(ids.map(outcomesOf))).toEqual([
      ["push accepted"],
      ["push suppressed over_frequency_cap 1/24h"],
    ]);
  });
});
