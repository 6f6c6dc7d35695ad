import { beforeAll, describe, expect, it } from "vitest";
import { messageTo, mustSucceed, type School, until, users } from "../../../apps/api/test/harness/index.ts";
import {
  clockShowsMorning,
  courierEffects,
  couriered,
  newSchool,
  newSchoolAtNight,
  newUser,
  passes,
  roundsPass,
  waitsFor,
} from "../scene.ts";
import { stage } from "../stage.ts";

const MINUTE = 60;
const PUPILS = 1_500;
/** The courier takes 50 at once, in eight calls at most. */
const PAGE = 50 * 8;

describe("4.5 when a message goes, and how fast", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  /** The message shows when it will go. */
  const deferredUntil = (at: School, id: string) =>
    until(async () => (await at.timelineOf(id)).deferredUntil ?? undefined);

  it("S59 keeps what comes at half past five until the quiet hours end at six, and sends it once then", async () => {
    const asleep = await newSchoolAtNight();
    const userId = await newUser(asleep);
    const id = await asleep.send(messageTo(users(userId), ["courier"]));
    const morning = Date.parse(await deferredUntil(asleep, id));
    expect(morning - Date.now()).toBeGreaterThan(28 * MINUTE * 1000);
    expect(morning - Date.now()).toBeLessThanOrEqual(30 * MINUTE * 1000);
    await passes(25 * MINUTE);
    await roundsPass(school);
    expect([(await asleep.timelineOf(id)).state, couriered(userId)]).toEqual(["ready", []]);
    await clockShowsMorning(asleep);
    await passes(6 * MINUTE);
    await asleep.completed(id);
    const { state, timeline } = await asleep.timelineOf(id);
    expect(state).toBe("accepted");
    expect(timeline.map(({ type }) => type)).toEqual(["all", "quiet_hours", "started", "ended"]);
    expect(couriered(userId)).toHaveLength(1);
  });

  it("S60 leaves out whom a message would disturb that asks for it, with the reason, and only those", async () => {
    const asleep = await newSchoolAtNight();
    const [sleeper, owl] = [await newUser(asleep), await newUser(asleep)];
    const never = { timeZone: "Asia/Shanghai", windows: [] };
    await mustSucceed(asleep.owner("PUT", `/v1/users/${owl}/quiet-hours`, never));
    const id = await asleep.send(messageTo(users(sleeper, owl), ["courier"], { quietHours: "drop" }));
    expect((await asleep.completed(id)).counts).toMatchObject({ submitted: 1, suppressed: 1 });
    const left = (await asleep.deliveriesOf(id)).filter(({ state }) => state === "suppressed");
    expect(left).toMatchObject([{ reason: "quiet_hours", user: { userId: sleeper } }]);
    expect(courierEffects()).toEqual(new Map([[owl, 1]]));
  });

  it("S61 sends a critical message at night, while others wait for the morning", async () => {
    const asleep = await newSchoolAtNight();
    const userId = await newUser(asleep);
    const send = (category: string) =>
      asleep.send(messageTo(users(userId), ["courier"], { category, variables: { content: category } }));
    const waiting = await send("service");
    await asleep.completed(await send("critical"));
    await deferredUntil(asleep, waiting);
    expect(couriered(userId)).toMatchObject([{ text: "critical" }]);
  });

  it("S65 sends at most what was under way when it was paused, and goes on with nobody twice or missing", async () => {
    await school.addUsers(
      Array.from({ length: PUPILS }, (_, index) => ({
        userId: `pupil-${index}`,
        tags: ["全校"],
        identities: [{ kind: "push", address: `pupil-${index}` }],
      })),
    );
    const gate = stage.vendor.hold();
    const id = await school.send(messageTo({ kind: "tags", any: ["全校"], all: [], not: [] }, ["courier"]));
    await gate.arrived(8);
    expect((await school.source("POST", `/v1/messages/${id}/pause`)).status).toBe(204);
    gate.open();
    await until(async () => (await school.message(id)).counts.submitted === stage.vendor.effects.size);
    await roundsPass(school);
    const sent = stage.vendor.effects.size;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(2 * PAGE);
    expect(await school.message(id)).toMatchObject({ state: "paused", counts: { submitted: sent } });
    expect((await school.source("POST", `/v1/messages/${id}/resumption`)).status).toBe(204);
    await school.completed(id);
    const pupils = [...courierEffects()].filter(([to]) => to.startsWith("pupil-"));
    expect(pupils).toHaveLength(PUPILS);
    expect(new Set(pupils.map(([, count]) => count))).toEqual(new Set([1]));
  });

  it("S66 holds a message whose channel is refused until that is mended, and skips only whom the vendor refuses", async () => {
    const [one, refused, third] = [await newUser(school), await newUser(school), await newUser(school)];
    const channel = `/v1/channels/${school.channels.courier.id}`;
    const refuse = ({ body }: { body: string }) => {
      const items: { ref: string; to: string }[] = JSON.parse(body).items;
      const gone = items.filter(({ to }) => to === refused).map(({ ref }) => [ref, "no_device"]);
      return { status: 200, body: JSON.stringify({ refused: Object.fromEntries(gone) }) };
    };
    stage.vendor.answer((call) =>
      call.headers.authorization === "Bearer mended" ? refuse(call) : { status: 401 },
    );
    const id = await school.send(messageTo(users(one, refused, third), ["courier"]));
    await school.expanded(id);
    await until(async () => (await school.deliveriesOf(id)).every(({ reason }) => reason === "bad_token"));
    expect(await school.message(id)).toMatchObject({ state: "sending", counts: { failed: 0, submitted: 0 } });
    await mustSucceed(school.owner("PATCH", channel, { secrets: { token: "mended" } }));
    expect((await school.completed(id)).counts).toMatchObject({ submitted: 2, failed: 1 });
    const failed = (await school.deliveriesOf(id)).filter(({ state }) => state === "failed");
    expect(failed).toMatchObject([{ reason: "no_device", user: { userId: refused } }]);
    expect([couriered(one).length, couriered(third).length]).toEqual([2, 2]);
    expect(courierEffects().get(one)).toBe(1);
  });

  it("S68 sends later what a busy vendor turns away, and calls it waiting and not failed", async () => {
    const userId = await newUser(school);
    stage.vendor.answer(() => ({ status: 429 }));
    const id = await school.send(messageTo(users(userId), ["courier"]));
    expect(await waitsFor(school, id, "busy")).toMatchObject({ state: "ready", acceptedAt: null });
    expect((await school.message(id)).counts).toMatchObject({ failed: 0, submitted: 0 });
    stage.vendor.answer(() => ({ status: 200 }));
    await passes(10);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", reason: null, attemptCount: 2 });
    expect(courierEffects()).toEqual(new Map([[userId, 1]]));
  });
});
