import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPolicyVersion } from "../../src/modules/policies/index.ts";
import { startContentApp } from "./fixture.ts";

let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp();
});
afterAll(() => app.stop());

async function makeChannels() {
  const tenant = await app.makeTenant();
  const sms = await tenant.makeChannel("SMS", "sms", "acme/sms");
  const mail = await tenant.makeChannel("Mail", "email", "acme/mail");
  return { ...tenant, sms, mail };
}

it("refuses a condition that a channel of the step before cannot report, and names the channel", async () => {
  const { admin, sms, mail } = await makeChannels();
  const steps = [{ channelIds: [mail] }, { channelIds: [sms], when: "undelivered", afterSeconds: 300 }];
  const { status, body } = await admin.call("POST", "/policies", { name: "Backup", steps });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ pointer: "/steps/1/when", code: "no_receipt" }]);
  expect(body.detail).toContain('"Mail"');
});

it("makes a new version only when the steps differ", async () => {
  const { admin, tenantId, sms, mail } = await makeChannels();
  const steps = [{ channelIds: [sms] }, { channelIds: [mail], when: "undelivered", afterSeconds: 300 }];
  const { body } = await admin.call("POST", "/policies", { name: "Backup", steps });
  const path = `/policies/${body.id}`;
  expect((await admin.call("PUT", path, { name: "Renamed", steps })).body).toMatchObject({
    name: "Renamed",
    number: 1,
  });
  const changed = [steps[0], { ...steps[1], afterSeconds: 600 }];
  expect((await admin.call("PUT", path, { name: "Renamed", steps: changed })).body.number).toBe(2);
  const pinned = await app.transact(admin.ctx, (tx) =>
    findPolicyVersion(tx, tenantId, { policyId: body.id }),
  );
  expect(pinned).toMatchObject({ number: 2, name: "Renamed", steps: changed });
});

it("does not replace what somebody else has saved since a change was begun, unless it is asked to", async () => {
  const { admin, sms, mail } = await makeChannels();
  const saved = (name: string, channelId: string, basedOn?: string) =>
    admin.call("PUT", path, { name, steps: [{ channelIds: [channelId] }], basedOn });
  const { body: first } = await admin.call("POST", "/policies", {
    name: "Both edit",
    steps: [{ channelIds: [sms] }],
  });
  const path = `/policies/${first.id}`;
  const { body: second } = await saved("Both edit", mail, first.updatedAt);
  expect(second.number).toBe(2);
  const late = await saved("Both edit", sms, first.updatedAt);
  expect(late).toMatchObject({ status: 409, body: { code: "policy-changed", number: 2 } });
  expect((await admin.call("GET", path)).body).toEqual(second);
  // A new name is a change as well, though it makes no version.
  const { body: renamed } = await saved("Renamed", mail, second.updatedAt);
  expect((await saved("Both edit", mail, second.updatedAt)).status).toBe(409);
  expect((await saved("Renamed", sms, renamed.updatedAt)).body.number).toBe(3);
  expect((await saved("Whatever is there", mail)).body).toMatchObject({
    name: "Whatever is there",
    number: 4,
  });
});

it("tells two changes apart that come within one moment by the clock", async () => {
  const { admin, sms } = await makeChannels();
  const { body } = await admin.call("POST", "/policies", { name: "Quick", steps: [{ channelIds: [sms] }] });
  await app.transact(
    admin.ctx,
    ({ sql }) => sql`update policies set updated_at = now() + interval '1 minute'
      where tenant_id = ${toUuid("tenant", admin.ctx.tenantId)}`,
  );
  const { body: first } = await admin.call("GET", `/policies/${body.id}`);
  const change = { name: "Quicker", steps: [{ channelIds: [sms] }], basedOn: first.updatedAt };
  const { body: second } = await admin.call("PUT", `/policies/${body.id}`, change);
  expect(Date.parse(second.updatedAt)).toBeGreaterThan(Date.parse(first.updatedAt));
});

it("takes an archived policy out of use and gives its quota back", async () => {
  const { admin, tenantId, rows, sms } = await makeChannels();
  const { body } = await admin.call("POST", "/policies", { name: "Once", steps: [{ channelIds: [sms] }] });
  const path = `/policies/${body.id}`;
  expect((await admin.call("POST", `${path}/archive`)).body.state).toBe("archived");
  expect(await admin.call("POST", `${path}/archive`)).toMatchObject({
    status: 409,
    body: { code: "policy-archived" },
  });
  const current = app.transact(admin.ctx, (tx) => findPolicyVersion(tx, tenantId, { policyId: body.id }));
  expect(await current).toMatchObject({ state: "archived" });
  expect(await rows("select used from quotas where kind = 'policies'")).toEqual([{ used: "0" }]);
  expect((await admin.call("GET", "/policies?state=active")).body.items).toEqual([]);
});

it("knows nothing of another tenant's channels and policies", async () => {
  const { admin, sms } = await makeChannels();
  const { admin: stranger } = await app.makeTenant();
  const policy = { name: "Theirs", steps: [{ channelIds: [sms] }] };
  expect(await stranger.call("POST", "/policies", policy)).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/steps/0/channelIds/0", code: "unknown_channel" }] },
  });
  const { body } = await admin.call("POST", "/policies", policy);
  expect((await stranger.call("GET", `/policies/${body.id}`)).status).toBe(404);
});

it("simulates steps that are not saved, refuses illegal ones, and stores nothing", async () => {
  const { admin, sms, mail, rows } = await makeChannels();
  const steps = [{ channelIds: [sms] }, { channelIds: [mail], when: "undelivered", afterSeconds: 300 }];
  const channels = [{ channelId: sms, deliveredAfterSeconds: 299 }];
  const { status, body } = await admin.call("POST", "/policies/simulations", { steps, channels });
  expect(status).toBe(200);
  expect(body).toMatchObject({ outcome: "satisfied", wastedCount: 0 });
  expect(body.timeline.at(-1)).toMatchObject({ atSeconds: 299, kind: "satisfied", step: 0 });
  expect(await rows("select count(*)::int as count from policies")).toEqual([{ count: 0 }]);
  const illegal = [{ channelIds: [mail] }, { channelIds: [sms], when: "undelivered", afterSeconds: 300 }];
  expect(await admin.call("POST", "/policies/simulations", { steps: illegal, channels: [] })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/steps/1/when", code: "no_receipt" }] },
  });
  expect(await admin.call("POST", "/policies/simulations", { channels: [] })).toMatchObject({ status: 422 });
});

describe("a simulation that starts at a wall clock's time", () => {
  const NIGHT = { timeZone: "Asia/Shanghai", windows: [{ from: "22:00", to: "07:00" }] };
  const start = { on: "2027-01-12", timeOfDay: "21:56", timeZone: "Asia/Shanghai" };

  async function simulating() {
    const { admin, sms, mail } = await makeChannels();
    expect((await admin.call("PUT", "/quiet-hours", { ofTenant: NIGHT })).status).toBe(200);
    const steps = [{ channelIds: [sms] }, { channelIds: [mail], when: "undelivered", afterSeconds: 300 }];
    const simulate = (start: object, channels: object[] = []) =>
      admin.call("POST", "/policies/simulations", { steps, channels, start });
    // biome-ignore lint/suspicious/noExplicitAny: the answer is looked at in many places
    const told = async (start: object): Promise<any> => (await simulate(start)).body.timeline;
    return { simulate, told };
  }

  it("keeps a step that falls into the tenant's night until the morning, and says when that is", async () => {
    const { told } = await simulating();
    expect((await told(start)).slice(3)).toMatchObject([
      { kind: "step_started", step: 1, because: "undelivered", at: "2027-01-12T14:01:00.000Z" },
      {
        kind: "deferred",
        code: "quiet_hours",
        until: "2027-01-12T23:00:00.000Z",
        untilSeconds: 9 * 3600 + 240,
      },
      { kind: "accepted", step: 1, at: "2027-01-12T23:00:00.000Z" },
      { kind: "exhausted" },
    ]);
  });

  it("goes by the category, the message's choice and the user's own hours, as sending does", async () => {
    const { told } = await simulating();
    const kinds = async (rest: object) =>
      (await told({ ...start, timeOfDay: "23:00", ...rest })).map(({ kind }: { kind: string }) => kind);
    const goesOn = ["step_started", "accepted", "waiting", "step_started", "accepted", "exhausted"];
    expect(await kinds({})).toContain("deferred");
    expect(await kinds({ category: "critical" })).toEqual(goesOn);
    expect(await kinds({ category: "critical", quietHours: "defer" })).toContain("deferred");
    expect(await kinds({ quietHours: "ignore" })).toEqual(goesOn);
    expect(await kinds({ own: { timeZone: "Asia/Shanghai", windows: [] } })).toEqual(goesOn);
    expect(await kinds({ timeZone: "Europe/Berlin" })).toContain("deferred");
    expect(await kinds({ timeZone: "Europe/Berlin", timeOfDay: "12:00" })).toEqual(goesOn);
    expect(await kinds({ quietHours: "drop" })).toEqual([
      "step_started",
      "suppressed",
      "step_skipped",
      "step_started",
      "suppressed",
      "exhausted",
    ]);
  });

  it.each([
    ["a zone that is none", { timeZone: "Nowhere/City" }, "/start/timeZone"],
    ["a day that is none", { on: "2027-02-30" }, "/start/on"],
    ["a day long ago", { on: "1883-11-18" }, "/start/on"],
    ["a time that is none", { timeOfDay: "24:00" }, "/start/timeOfDay"],
    [
      "hours that are never over",
      { own: { timeZone: "Asia/Shanghai", windows: [{ from: "00:00", to: "00:00" }] } },
      "/start/own/windows",
    ],
  ])("refuses %s, and says where", async (_, change, pointer) => {
    const { simulate } = await simulating();
    const { status, body } = await simulate({ ...start, ...change });
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  it("shows no moments without a start", async () => {
    const { simulate } = await simulating();
    const { body } = await simulate(undefined as unknown as object);
    expect(body.timeline[0]).toMatchObject({ atSeconds: 0, at: null, until: null });
  });
});
