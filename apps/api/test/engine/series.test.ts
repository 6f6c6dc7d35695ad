import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

const SHANGHAI = "Asia/Shanghai";
const DAY_MS = 86_400_000;
const HOUR = 3600;
const dayInShanghai = (offsetDays: number) =>
  new Date(Date.now() + 8 * HOUR * 1000 + offsetDays * DAY_MS).toISOString().slice(0, 10);

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  await installation.startEngine();
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", tags: ["每天"], identities: [{ kind: "push", address: "d-1" }] }]);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  await expectNothingLost(installation);
  installation.vendor.reset();
});

interface OccurrenceView {
  on: string;
  at: string;
  state: string;
  messageId: string | null;
  reason: string | null;
}

/** Begins an hour from now, and then every day: the third and last time two days later. */
const daily = (rest: object = {}) => {
  const at = new Date(Date.now() + HOUR * 1000);
  const until = new Date(at.getTime() + 8 * HOUR * 1000 + 2 * DAY_MS).toISOString().slice(0, 10);
  return messageTo(users("u-1"), ["courier"], {
    schedule: { at: at.toISOString(), timeZone: SHANGHAI, repeat: { kind: "daily", until } },
    ...rest,
  });
};
const create = async (body: object = daily(), by = school) =>
  (await mustSucceed<{ id: string }>(by.source("POST", "/v1/series", body))).id;
const occurrences = async (id: string, by = school) =>
  (await mustSucceed<{ items: OccurrenceView[] }>(by.owner("GET", `/v1/series/${id}/occurrences`))).items;
const statesOf = async (id: string) => (await occurrences(id)).map(({ state }) => state);
const cancel = (path: string) => school.operator("POST", `/v1/series/${path}/cancellation`);

/** As if the series had been made days ago and nothing had run since. */
const ages = (id: string, days: number) =>
  installation.books.transaction(
    ({ sql }) => sql`update series set starts_at = starts_at - make_interval(days => ${days}),
      next_on = next_on - ${days}::int, wake_at = wake_at - make_interval(days => ${days})
      where id = ${toUuid("series", id)}`,
  );

describe("a series", () => {
  it("becomes one ordinary message at each time, however many workers there are", async () => {
    const id = await create();
    expect(await statesOf(id)).toEqual(["planned", "planned", "planned"]);
    await timePasses(installation, HOUR);
    const [first] = await until(async () => {
      const found = await occurrences(id);
      return found[0]?.state === "begun" ? found : undefined;
    });
    await school.completed(first?.messageId ?? "");
    expect(installation.vendor.effects.size).toBe(1);
    const message = await mustSucceed(school.owner("GET", `/v1/messages/${first?.messageId}`));
    expect(message).toMatchObject({ seriesId: id, timeZone: SHANGHAI, counts: { submitted: 1 } });
    expect(await statesOf(id)).toEqual(["begun", "planned", "planned"]);
    const detail = await mustSucceed(school.owner("GET", `/v1/series/${id}`));
    expect(detail).toMatchObject({ state: "active", nextOn: (await occurrences(id))[1]?.on });
    await cancel(id);
  });

  it("works the audience out each time, and ends after its last day", async () => {
    const body = daily({ audience: { kind: "tags", any: ["每天"] } });
    const id = await create(body);
    for (const count of [1, 2, 3]) {
      await timePasses(installation, Math.ceil(((await wakeAtOf(id)).getTime() - Date.now()) / 1000));
      await until(async () => (await statesOf(id)).filter((state) => state === "begun").length === count);
    }
    expect(await statesOf(id)).toEqual(["begun", "begun", "begun"]);
    expect((await school.owner("GET", `/v1/series/${id}`)).body).toMatchObject({
      state: "ended",
      nextAt: null,
    });
    await school.allCompleted((await occurrences(id)).map(({ messageId }) => messageId ?? ""));
    expect(installation.vendor.effects.size).toBe(3);
  });

  it("misses what is more than ten minutes past, never in a burst, and sends late what is not", async () => {
    const id = await create();
    await ages(id, 2);
    await until(async () => (await statesOf(id)).filter((state) => state === "missed").length === 2);
    expect(await statesOf(id)).toEqual(["missed", "missed", "planned", "planned", "planned"]);
    expect(installation.vendor.calls).toEqual([]);
    const audit = await school.owner("GET", "/v1/audit-entries?action=series.occurrence_missed");
    expect(audit.body.items.length).toBeGreaterThanOrEqual(2);
    await timePasses(installation, HOUR + 300);
    await until(async () => (await statesOf(id))[2] === "begun");
    await until(() => installation.vendor.effects.size === 1);
    await cancel(id);
  });

  it("leaves out one day that is cancelled, and all of them", async () => {
    const id = await create();
    const [first, second] = await occurrences(id);
    expect((await cancel(`${id}/occurrences/${first?.on}`)).status).toBe(204);
    expectProblem(await cancel(`${id}/occurrences/${first?.on}`), "occurrence-not-planned", 409);
    expectProblem(await cancel(`${id}/occurrences/2020-01-01`), "not-found", 404);
    expect((await school.owner("GET", `/v1/series/${id}`)).body.nextOn).toBe(second?.on);
    expect((await cancel(id)).status).toBe(204);
    expect(await statesOf(id)).toEqual(["cancelled", "withdrawn", "withdrawn"]);
    expectProblem(await cancel(id), "series-over", 409);
    await timePasses(installation, 4 * 24 * HOUR);
    expect(installation.vendor.calls).toEqual([]);
  });

  it("fails visibly while its channel is off, and goes on when it is on again", async () => {
    const id = await create();
    const path = `/v1/channels/${school.channels.courier.id}`;
    await mustSucceed(school.owner("PATCH", path, { state: "off" }));
    await timePasses(installation, HOUR);
    await until(async () => (await statesOf(id))[0] === "failed");
    await mustSucceed(school.owner("PATCH", path, { state: "on" }));
    expect(await occurrences(id)).toMatchObject([
      { state: "failed", reason: "channel-off", messageId: null },
      { state: "planned" },
      { state: "planned" },
    ]);
    expect((await school.owner("GET", `/v1/series/${id}`)).body.state).toBe("active");
    await cancel(id);
  });

  it("ends with a policy that is archived", async () => {
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name: "单步",
        steps: [{ channelIds: [school.channels.courier.id] }],
      }),
    );
    const id = await create(daily({ channels: undefined, policy: policy.id }));
    const archived = await school.owner("POST", `/v1/policies/${policy.id}/archive`);
    expect(archived.status, archived.text).toBeLessThan(300);
    await timePasses(installation, HOUR);
    await until(async () => (await statesOf(id))[0] === "failed");
    expect((await school.owner("GET", `/v1/series/${id}`)).body).toMatchObject({
      state: "ended",
      endReason: "policy-archived",
    });
    expect(await statesOf(id)).toEqual(["failed", "withdrawn", "withdrawn"]);
  });

  it("answers a repeated request with the first series, and other bodies not at all", async () => {
    const body = daily();
    const headers = { "idempotency-key": "series-key" };
    const answers = await Promise.all(
      [1, 2, 3].map(() => school.source("POST", "/v1/series", body, { headers })),
    );
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    const other = await school.source("POST", "/v1/series", { ...body, priority: 1 }, { headers });
    expectProblem(other, "idempotency-key-reused", 422);
    await cancel(answers[0]?.body.id);
  });

  it("is refused without an end in reach, without a day, and to strangers", async () => {
    const faults = async (repeat: object) => {
      const { schedule } = daily() as unknown as { schedule: object };
      const { status, body } = await school.source("POST", "/v1/series", {
        ...daily(),
        schedule: { ...schedule, repeat },
      });
      return [status, body.errors?.[0]?.pointer];
    };
    expect(await faults({ kind: "daily" })).toEqual([422, "/schedule/repeat/until"]);
    expect(await faults({ kind: "daily", until: dayInShanghai(400) })).toEqual([
      422,
      "/schedule/repeat/until",
    ]);
    expect(await faults({ kind: "daily", until: dayInShanghai(-2) })).toEqual([422, "/schedule/repeat"]);
    const id = await create();
    const other = await givenSchool(installation, "邻校");
    expectProblem(await other.owner("GET", `/v1/series/${id}`), "not-found", 404);
    expectProblem(await other.source("POST", `/v1/series/${id}/cancellation`), "not-found", 404);
    expect((await school.reviewer("POST", `/v1/series/${id}/cancellation`)).status).toBe(403);
    await cancel(id);
  });

  it("is approved once, before which no time counts", async () => {
    const strict = await givenStrictSchool("严校");
    const id = await create(daily(), strict);
    await timePasses(installation, HOUR);
    await until(async () => (await occurrences(id, strict))[0]?.state === "missed");
    expect((await occurrences(id, strict))[0]).toMatchObject({ reason: "not_approved" });
    const requests = await strict.reviewer("GET", "/v1/approval-requests");
    const [request] = requests.body.items;
    expect(request.subject).toMatchObject({ kind: "series", id });
    const decided = await strict.reviewer("POST", `/v1/approval-requests/${request.id}/decisions`, {
      decision: "approve",
      contentHash: request.contentHash,
    });
    expect(decided.status, decided.text).toBeLessThan(300);
    expect((await strict.owner("GET", `/v1/series/${id}`)).body.state).toBe("active");
    await timePasses(installation, 25 * HOUR);
    const second = await until(async () => (await occurrences(id, strict))[1]?.messageId);
    await strict.completed(second);
    expect(installation.vendor.effects.size).toBe(1);
    await strict.operator("POST", `/v1/series/${id}/cancellation`);
  });

  it.each([
    {
      what: "somebody cancels its last day",
      act: (id: string, on: string, by: School) =>
        by.operator("POST", `/v1/series/${id}/occurrences/${on}/cancellation`),
      waitingCount: 1,
    },
    // Both workers find it.
    { what: "its last day passes", act: () => timePasses(installation, HOUR), waitingCount: 2 },
  ])("is not approved at the moment at which $what", async ({ act, waitingCount }) => {
    const strict = await givenStrictSchool("同时校");
    const at = new Date(Date.now() + HOUR * 1000);
    const on = new Date(at.getTime() + 8 * HOUR * 1000).toISOString().slice(0, 10);
    const repeat = { kind: "daily", until: on };
    const schedule = { at: at.toISOString(), timeZone: SHANGHAI, repeat };
    const id = await create(daily({ schedule }), strict);
    const { body } = await strict.reviewer("GET", "/v1/approval-requests?state=pending");
    const [request] = body.items;
    // Whatever becomes of the day is held up between the series and its request.
    const underWay = await installation.books.transaction(async ({ sql }) => {
      await sql`lock table occurrences in exclusive mode`;
      const acting = act(id, on, strict);
      await until(async () => (await countWaiting()) === waitingCount);
      const deciding = strict.reviewer("POST", `/v1/approval-requests/${request.id}/decisions`, {
        decision: "approve",
        contentHash: request.contentHash,
      });
      await until(async () => (await countWaiting()) > waitingCount);
      return { acting, deciding };
    });
    await underWay.acting;
    expectProblem(await underWay.deciding, "already-decided", 409);
    expect((await strict.owner("GET", `/v1/series/${id}`)).body.state).toBe("ended");
  });

  it("shows its first five times before it is made", async () => {
    const schedule = { at: `${dayInShanghai(1)}T08:00:00+08:00`, timeZone: SHANGHAI };
    const repeat = { kind: "daily", until: dayInShanghai(10) };
    const { body } = await school.operator("POST", "/v1/series/preview", {
      schedule: { ...schedule, repeat },
    });
    expect(body.count).toBe(10);
    expect(body.next.map(({ on }: { on: string }) => on)).toEqual([1, 2, 3, 4, 5].map(dayInShanghai));
  });
});

async function givenStrictSchool(name: string): Promise<School> {
  const strict = await givenSchool(installation, name);
  await strict.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
  await mustSucceed(
    strict.owner("PUT", "/v1/approval-flow", {
      name: "审核",
      state: "on",
      conditions: { sourceIds: [strict.sourceId], composed: false },
      levels: [{ name: "一级", roleIds: [strict.roleIds.reviewer], mode: "any" }],
    }),
  );
  return strict;
}

/** How many wait for a lock. */
async function countWaiting(): Promise<number> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row.count;
}

async function wakeAtOf(id: string): Promise<Date> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ wakeAt: Date }]>`
      select wake_at as "wakeAt" from series where id = ${toUuid("series", id)}`,
  );
  return row.wakeAt;
}
