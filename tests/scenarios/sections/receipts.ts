import { beforeAll, describe, expect, it } from "vitest";
import {
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  until,
  users,
} from "../../../apps/api/test/harness/index.ts";
import {
  couriered,
  inSeconds,
  newSchool,
  newSchoolAtNight,
  newUser,
  passes,
  policyOf,
  refuseAll,
  report,
  sendBy,
} from "../scene.ts";
import { stage } from "../stage.ts";

describe("4.7 what the vendor says later, and what became of a message", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  it("S85 changes nothing by a receipt that comes a second time", async () => {
    const id = await school.send(messageTo(users(await newUser(school)), ["courier"]));
    const { id: ref } = await school.reaches(id, "accepted");
    const event = { eventId: "s85", type: "delivered", at: Date.now(), ref };
    await school.pushReceipt(school.channels.courier, { events: [event] });
    const before = [await school.reaches(id, "delivered"), (await school.message(id)).counts];
    const again = await school.pushReceipt(school.channels.courier, { events: [event, event] });
    expect(again.status).toBe(200);
    expect([await school.timelineOf(id), (await school.message(id)).counts]).toEqual(before);
  });

  /** The one delivery that is not on its way any more, and why. */
  async function reasonOf(id: string): Promise<string> {
    const { state, reason } = await until(async () => {
      const one = await school.timelineOf(id);
      return one.state === "ready" ? undefined : one;
    });
    return `${state}: ${reason}`;
  }

  const suppressionsOf = async (kind: string, address: string) =>
    (await mustSucceed(school.owner("POST", "/v1/suppression-lookups", { kind, address }))).items;

  it("S88 writes no more to an address that a receipt calls gone, and goes on after a passing fault", async () => {
    const [gone, off] = [await newUser(school), await newUser(school)];
    const send = async () => {
      const id = await school.send(messageTo(users(gone, off), ["courier"]));
      await school.completed(id);
      const deliveries = await school.deliveriesOf(id);
      return [gone, off].map((userId) => deliveries.find(({ user }) => user?.userId === userId));
    };
    const [hard = "", soft = ""] = (await send()).map((delivery) => delivery?.id);
    await report(school, "undelivered", hard, { code: "device_dead" });
    await report(school, "undelivered", soft, { code: "phone_off" });
    await until(async () => (await suppressionsOf("push", gone)).length === 1);
    expect(await suppressionsOf("push", gone)).toMatchObject([
      { origin: "hard_bounce", code: "device_dead", delivery: { id: hard } },
    ]);
    expect(await suppressionsOf("push", off)).toEqual([]);
    expect(await send()).toMatchObject([
      { state: "suppressed", reason: "address_dead" },
      { state: "accepted", reason: null },
    ]);
    expect([couriered(gone).length, couriered(off).length]).toEqual([1, 2]);
  });

  it("S88 knows a dead address by the vendor's own code, in its answer or in its report", async () => {
    const [illegal, invalid] = [newPhone("9999"), newPhone("6666")];
    for (const [channel, kind, address, code] of [
      ["mail", "email", "bounce@gone.example", "5.1.1"],
      ["sms", "sms", illegal, "isv.MOBILE_NUMBER_ILLEGAL"],
      ["sms", "sms", invalid, "INVALID_NUMBER"],
    ] as const) {
      const typed = messageTo({ kind: "addresses", addresses: [{ address }] }, [channel]);
      await school.completed(await school.send(typed));
      await until(async () => (await suppressionsOf(kind, address)).length === 1);
      expect(await suppressionsOf(kind, address)).toMatchObject([{ origin: "hard_bounce", code }]);
      expect(await reasonOf(await school.send(typed))).toBe("suppressed: address_dead");
    }
    expect(stage.sms.received().filter(({ to }) => to.endsWith(invalid))).toHaveLength(1);
    const refused = { kind: "addresses", addresses: [{ address: "spam@busy.example" }] };
    expect(await reasonOf(await school.send(messageTo(refused, ["mail"])))).toMatch(/^failed: /);
    expect(await suppressionsOf("email", "spam@busy.example")).toEqual([]);
  });

  it("S89 answers a vendor's word that it does not know with an error, and believes none of it", async () => {
    const userId = await newUser(school);
    const id = await school.send(messageTo(users(userId), ["sms"]));
    const { id: ref } = await school.reaches(id, "delivered");
    const [sent] = stage.sms.received().slice(-1);
    const unknown = {
      phone_number: sent?.to,
      report_time: "2026-01-01 08:00:00",
      success: "perhaps",
      err_code: "NEW_STATUS",
      biz_id: "1",
      out_id: ref,
    };
    const answer = await school.pushReceipt(school.channels.sms, [unknown]);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("no report could be read") });
    expect((await school.pushReceipt(school.channels.courier, "not even JSON")).status).toBe(400);
    expect(await school.timelineOf(id)).toMatchObject({ state: "delivered" });
  });

  it("S96 says of everybody who did not get it at which step and why, each way out with a reason of its own", async () => {
    const { courier, mail } = school.channels;
    const userId = await newUser(school);
    const bare = await newUser(school, { identities: [] });
    const to = (...userIds: string[]) => messageTo(users(...userIds), ["courier"]);

    expect(await reasonOf(await school.send(to(bare)))).toBe("suppressed: no_address");
    expect(await reasonOf(await school.send(to("nobody")))).toBe("suppressed: user_unknown");

    refuseAll();
    expect(await reasonOf(await school.send(to(userId)))).toBe("failed: no_device");
    const policy = await policyOf(school, { channels: [mail] }, { channels: [courier], when: "failed" });
    const without = await newUser(school, { identities: [{ kind: "push", address: "only-push" }] });
    const stepped = await sendBy(school, policy, [without]);
    await school.completed(stepped);
    expect(
      (await school.deliveriesOf(stepped)).map(({ step, state, reason }) => `${step} ${state}: ${reason}`),
    ).toEqual(["0 suppressed: no_address", "1 failed: no_device"]);

    stage.vendor.answer(() => "cut");
    expect(await reasonOf(await school.send(to(userId)))).toBe("unknown: ambiguous");

    stage.vendor.answer(() => ({ status: 429 }));
    const waiting = await school.send({ ...to(userId), ttlSeconds: 60 });
    await until(async () => (await school.timelineOf(waiting)).attemptCount > 0);
    await passes(61);
    expect(await reasonOf(waiting)).toBe("expired: time_to_live_over");

    const turnedAway = await school.send(to(userId));
    await until(async () => (await school.timelineOf(turnedAway)).reason === "busy");
    await mustSucceed(school.source("POST", `/v1/messages/${turnedAway}/cancellation`));
    expect(await reasonOf(turnedAway)).toBe("cancelled: cancelled");

    stage.vendor.answer(() => ({ status: 200 }));
    const lost = await school.send(to(userId));
    const { id: ref } = await school.reaches(lost, "accepted");
    await report(school, "undelivered", ref, { code: "uninstalled" });
    expect(await reasonOf(lost)).toBe("undelivered: uninstalled");
  });

  it("S96 tells the black list, an unsubscription, the quiet hours and a cap apart, for each of the users", async () => {
    const asleep = await newSchoolAtNight();
    const [listed, left, sleeper, often] = [
      await newUser(asleep),
      await newUser(asleep),
      await newUser(asleep),
      await newUser(asleep),
    ];
    const never = { timeZone: "Asia/Shanghai", windows: [] };
    for (const awake of [listed, left, often])
      await mustSucceed(asleep.owner("PUT", `/v1/users/${awake}/quiet-hours`, never));
    for (const [userId, origin] of [
      [listed, "manual"],
      [left, "unsubscribed"],
    ])
      await mustSucceed(asleep.owner("POST", "/v1/suppressions", { userId, origin }));
    const caps = { items: [{ limit: 1, hours: 24, channelKind: "push" }] };
    await mustSucceed(asleep.owner("PUT", "/v1/frequency-caps", caps));
    const send = async (...userIds: string[]) => {
      const id = await asleep.send(messageTo(users(...userIds), ["courier"], { quietHours: "drop" }));
      await asleep.completed(id);
      return asleep.deliveriesOf(id);
    };
    await send(often);
    const deliveries = await send(listed, left, sleeper, often);
    const reasons = deliveries.map(({ user, state, reason }) => [user?.userId, `${state}: ${reason}`]);
    expect(Object.fromEntries(reasons)).toEqual({
      [listed]: "suppressed: suppressed_by_tenant",
      [left]: "suppressed: unsubscribed",
      [sleeper]: "suppressed: quiet_hours",
      [often]: "suppressed: over_frequency_cap",
    });
  });

  it("S96 shows a message that nobody has approved as waiting for that, and one that was rejected as such", async () => {
    const strict = await newSchool();
    const userId = await newUser(strict, { identities: [{ kind: "sms", address: newPhone() }] });
    await mustSucceed(
      strict.owner("PUT", "/v1/approval-flow", {
        name: "审核",
        state: "on",
        conditions: { sourceIds: [strict.sourceId], composed: false },
        levels: [{ name: "一级", roleIds: [strict.roleIds.reviewer], mode: "any" }],
      }),
    );
    const id = await strict.send(messageTo(users(userId), ["courier"], { schedule: inSeconds(3600) }));
    expect(await strict.message(id)).toMatchObject({ state: "pending_approval", counts: { targeted: 0 } });
    const { items } = await mustSucceed<{ items: { id: string; contentHash: string }[] }>(
      strict.reviewer("GET", "/v1/approval-requests"),
    );
    const [request] = items;
    await mustSucceed(
      strict.reviewer("POST", `/v1/approval-requests/${request?.id}/decisions`, {
        decision: "reject",
        contentHash: request?.contentHash,
        reason: "错别字",
      }),
    );
    expect((await strict.message(id)).state).toBe("rejected");
    expect(stage.vendor.calls).toEqual([]);
  });
});
