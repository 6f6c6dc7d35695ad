import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const night = (timeZone: string, from = "22:00", to = "07:00") => ({
  timeZone,
  windows: [{ from, to, weekdays: EVERY_DAY }],
});
const NEVER = { timeZone: "Asia/Shanghai", windows: [] };

describe("explaining a message that quiet hours may keep back", () => {
  let installation: Installation;
  let school: School;
  const now = () => new Date();
  beforeAll(async () => {
    installation = await startInstallation({ engine: false });
    school = await givenSchool(installation);
    await school.addUsers(
      ["a", "b", "c", "d"].map((userId) => ({
        userId,
        identities: userId === "d" ? [] : [{ kind: "push", address: `${userId}-device` }],
      })),
    );
    await mustSucceed(
      school.owner("PUT", "/v1/quiet-hours", {
        ofTenant: night("Asia/Shanghai"),
        ofCategories: { marketing: night("Asia/Shanghai", "20:00", "09:00") },
      }),
    );
    const own = { b: night("Europe/Berlin"), c: NEVER };
    for (const [userId, quietHours] of Object.entries(own)) {
      await mustSucceed(school.owner("PUT", `/v1/users/${userId}/quiet-hours`, quietHours));
    }
  });
  afterAll(() => installation?.stop());
  afterEach(() => {
    installation.foundation.clock.now = now;
  });

  /** Explained at a moment, to users a to d. */
  // biome-ignore lint/suspicious/noExplicitAny: the answer is looked at in many places
  function explainedAt(moment: string, rest: object = {}): Promise<any> {
    installation.foundation.clock.now = () => new Date(moment);
    return mustSucceed(
      school.source("POST", "/v1/messages/explain", messageTo(users("a", "b", "c", "d"), ["courier"], rest)),
    );
  }
  const at = (moment: string) => ({ schedule: { at: moment, timeZone: "Asia/Shanghai" } });

  it("says how many go at once, how many wait and until when, of people and by channel", async () => {
    // 05:30 in Shanghai is 22:30 in Berlin.
    const answer = await explainedAt("2027-01-12T05:30:00+08:00");
    const waiting = {
      count: 2,
      earliestUntil: "2027-01-11T23:00:00.000Z",
      latestUntil: "2027-01-12T06:00:00.000Z",
    };
    expect(answer.quietHours).toEqual({ atOnce: 1, deferred: waiting, dropped: 0, outlasted: 0 });
    expect(answer.recipients).toMatchObject({ count: 4, reached: 3, unreached: 1 });
    expect(answer.steps[0].channels[0]).toMatchObject({ targeted: 4, valid: 3, deferred: waiting });
    expect(answer.timing.endsAt).toBe(waiting.latestUntil);
  });

  it("judges a scheduled message by its own time, whatever the time is now", async () => {
    const noon = "2027-01-12T12:00:00+08:00";
    const midnight = "2027-01-13T00:00:00+08:00";
    const byDay = await explainedAt(noon, at(midnight));
    expect(byDay.quietHours).toMatchObject({ atOnce: 2, deferred: { count: 1 } });
    expect(byDay.timing.beginsAt).toBe(new Date(midnight).toISOString());
    const byNight = await explainedAt(midnight, at("2027-01-13T15:00:00+08:00"));
    expect(byNight.quietHours).toMatchObject({ atOnce: 3, deferred: null });
  });

  it("goes by the category's hours, and by what the message does in them", async () => {
    const evening = "2027-01-12T21:00:00+08:00";
    expect((await explainedAt(evening)).quietHours).toMatchObject({ atOnce: 3, deferred: null });
    const marketing = { category: "marketing" };
    expect((await explainedAt(evening, marketing)).quietHours).toMatchObject({
      atOnce: 2,
      deferred: { count: 1, latestUntil: "2027-01-13T01:00:00.000Z" },
    });
    const dropping = await explainedAt(evening, { ...marketing, quietHours: "drop" });
    expect(dropping.quietHours).toEqual({ atOnce: 2, deferred: null, dropped: 1, outlasted: 0 });
    expect(dropping.unreached).toMatchObject([
      { reason: "no_address", count: 1 },
      { reason: "quiet_hours", count: 1, samples: [{ userId: "a" }] },
    ]);
    const night = "2027-01-12T23:00:00+08:00";
    for (const rest of [{ quietHours: "ignore" }, { category: "critical" }]) {
      expect((await explainedAt(night, rest)).quietHours).toMatchObject({ atOnce: 3, deferred: null });
    }
  });

  it("foretells whom the time to live fails, to the second", async () => {
    const late = "2027-01-12T23:00:00+08:00";
    const tooShort = await explainedAt(late, { ttlSeconds: 8 * 3600 });
    expect(tooShort.quietHours).toEqual({ atOnce: 2, deferred: null, dropped: 0, outlasted: 1 });
    expect(tooShort.steps[0].channels[0]).toMatchObject({
      valid: 2,
      deferred: null,
      suppressed: [
        { reason: "no_address", count: 1 },
        { reason: "quiet_hours_outlast_time_to_live", count: 1 },
      ],
    });
    const enough = await explainedAt(late, { ttlSeconds: 8 * 3600 + 1 });
    expect(enough.quietHours).toMatchObject({ atOnce: 2, deferred: { count: 1 }, outlasted: 0 });
  });

  it.each([
    ["an hour shorter", "2027-03-27T22:30:00+01:00", "2027-03-28T05:00:00.000Z"],
    ["as long as ever", "2027-03-26T22:30:00+01:00", "2027-03-27T06:00:00.000Z"],
    ["an hour longer", "2027-10-30T22:30:00+02:00", "2027-10-31T06:00:00.000Z"],
  ])("knows when a night ends that is %s", async (_, moment, until) => {
    const { user } = await explainedAt("2027-03-20T12:00:00+08:00", { ...at(moment), explainUser: "b" });
    expect(user.quietHours).toMatchObject({ of: "user", timeZone: "Europe/Berlin", endsAt: until });
    expect(user.steps[0].channels[0]).toMatchObject({ reason: null, deferredUntil: until });
  });

  it("tells of one user whose hours they are, in which zone, and what comes of it", async () => {
    const late = "2027-01-12T23:00:00+08:00";
    const endsAt = "2027-01-12T23:00:00.000Z";
    const story = async (rest: object) => {
      const { user } = await explainedAt(late, { explainUser: "a", ...rest });
      const [{ reason, deferredUntil }] = user.steps[0].channels;
      return { ...user.quietHours, beginsAt: user.beginsAt, channel: [reason, deferredUntil] };
    };
    const ofTenant = { of: "tenant", timeZone: "Asia/Shanghai", endsAt };
    const deferred = { choice: "defer", reason: "quiet_hours", beginsAt: 0, channel: [null, endsAt] };
    expect(await story({})).toEqual({ ...ofTenant, ...deferred });
    const dropped = { choice: "drop", reason: "quiet_hours", beginsAt: null, channel: ["quiet_hours", null] };
    expect(await story({ quietHours: "drop" })).toEqual({ ...ofTenant, ...dropped });
    const reason = "quiet_hours_outlast_time_to_live";
    expect(await story({ ttlSeconds: 3600 })).toEqual({
      ...ofTenant,
      choice: "defer",
      reason,
      beginsAt: null,
      channel: [reason, null],
    });
    const ignored = { choice: "ignore", reason: null, beginsAt: 0, channel: [null, null] };
    expect(await story({ quietHours: "ignore" })).toEqual({ ...ofTenant, ...ignored });
    expect(await story({ category: "marketing" })).toMatchObject({
      of: "category",
      endsAt: "2027-01-13T01:00:00.000Z",
    });
    const { user } = await explainedAt(late, { explainUser: "c" });
    expect(user.quietHours).toBeNull();
  });
});
