import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createExplainAudience } from "../../src/modules/deliveries/index.ts";
import { readIn } from "../../src/platform/database/index.ts";
import {
  expectProblem,
  givenSchool,
  type Installation,
  leavingNoTrace,
  messageTo,
  mustSucceed,
  SAMPLES,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  const { sourceId } = school;
  const second = { ...SAMPLES.createChannel?.(school, "second"), code: "second" };
  const { id: channelId } = await mustSucceed<{ id: string }>(school.owner("POST", "/v1/channels", second));
  await school.addUsers([
    {
      userId: "u-1",
      name: "张三",
      tags: ["高一"],
      identities: [
        { kind: "push", address: "device-of-all" },
        { kind: "push", address: "device-of-source", scope: { kind: "source", sourceId } },
        { kind: "push", address: "device-of-other", scope: { kind: "channel", channelId } },
        { kind: "email", address: "zhang@school.example" },
      ],
    },
    {
      userId: "u-2",
      name: "李四",
      tags: ["高一"],
      identities: [{ kind: "email", address: "li@school.example" }],
    },
    { userId: "u-3", name: "王五" },
  ]);
});
afterAll(() => installation?.stop());

const explain = (body: object, as = school.source) => as("POST", "/v1/messages/explain", body);
// biome-ignore lint/suspicious/noExplicitAny: the answer is looked at in many places
const explained = (body: object, as = school.source) => mustSucceed<any>(explain(body, as));

describe("explaining a message", () => {
  it("says who would get it by which channel, who would not and why, and leaves no trace", async () => {
    const body = messageTo(users("u-1", "u-2", "u-3", "nobody"), ["courier", "mail"]);
    // biome-ignore lint/suspicious/noExplicitAny: as above
    let answer: any;
    await leavingNoTrace(school, async () => {
      answer = await explained(body);
    });
    expect(answer.recipients).toEqual({ count: 4, reached: 2, unreached: 2, isExact: true });
    const [courier, mail] = answer.steps[0].channels;
    expect(courier).toMatchObject({ id: school.channels.courier.id, targeted: 4, valid: 1, pause: null });
    expect(mail).toMatchObject({ targeted: 4, valid: 2 });
    expect(answer.unreached).toMatchObject([
      { reason: "no_address", count: 1, samples: [{ userId: "u-3", name: "王五", address: null }] },
      { reason: "user_unknown", count: 1, samples: [{ userId: "nobody", name: null }] },
    ]);
    expect(answer.quota).toMatchObject({ used: 0, left: answer.quota.limit });
    expect(installation.vendor.calls).toEqual([]);
  });

  it("masks every address, also for who may change users", async () => {
    const body = { ...messageTo({ kind: "all" }, ["mail"]), explainUser: "u-1" };
    const { text } = await explain(body, school.owner);
    expect(text).toContain("z***@school.example");
    expect(text).not.toContain("zhang@");
  });

  it("follows a policy: who cannot be sent the first step begins with a later one", async () => {
    const steps = [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [school.channels.mail.id], when: "unread", afterSeconds: 300 },
    ];
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", { name: "补发", steps }),
    );
    const answer = await explained({
      ...messageTo({ kind: "all" }, [], { policy: policy.id, channels: undefined }),
      explainUser: "u-2",
    });
    expect(answer.recipients).toMatchObject({ count: 3, reached: 2, unreached: 1 });
    expect(answer.steps).toMatchObject([
      { when: null, recipients: 1, channels: [{ targeted: 3, valid: 1 }] },
      { when: "unread", afterSeconds: 300, recipients: 1, channels: [{ targeted: 2, valid: 1 }] },
    ]);
    expect(answer.user).toMatchObject({ name: "李四", isInAudience: true, beginsAt: 1 });
    expect(answer.user.steps).toMatchObject([
      { channels: [{ reason: "no_address", address: null, identities: [] }] },
      { channels: [{ reason: null, origin: "all", identities: [{ standing: "chosen" }] }] },
    ]);
  });

  it("says of one user which address was chosen, and why the others were not", async () => {
    const body = { ...messageTo({ kind: "tags", any: ["高一"] }, ["courier"]), explainUser: "u-1" };
    const [channel] = (await explained(body)).user.steps[0].channels;
    expect(channel).toMatchObject({ reason: null, origin: "source" });
    expect(channel.identities.map((one: object) => Object.values(one).slice(1))).toEqual([
      ["channel", "other_channel"],
      ["source", "chosen"],
      ["all", "narrower_counts"],
    ]);
    const asMember = (await explained(body, school.operator)).user.steps[0].channels[0];
    expect(asMember.identities.map((one: { standing: string }) => one.standing)).toEqual([
      "other_channel",
      "other_source",
      "chosen",
    ]);
  });

  it("says when somebody is not in the audience, or not known at all", async () => {
    const audience = { kind: "tags", any: ["高一"] };
    const other = await explained({ ...messageTo(audience, ["mail"]), explainUser: "u-3" });
    expect(other.user).toMatchObject({ name: "王五", isInAudience: false });
    const nobody = await explained({ ...messageTo(audience, ["mail"]), explainUser: "nobody" });
    expect(nobody.user).toMatchObject({ name: null, isInAudience: false, beginsAt: null });
    expect(nobody.user.steps[0].channels[0]).toMatchObject({ reason: "user_unknown" });
  });

  it("says when it would begin and end, and what would come too late", async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const numbers = Array.from({ length: 600 }, (_, index) => ({ address: `d-${index}` }));
    const body = messageTo({ kind: "addresses", addresses: numbers }, ["courier"], {
      schedule: { at, timeZone: "Asia/Shanghai" },
      rate: { perSecond: 2 },
      ttlSeconds: 60,
    });
    const { timing } = await explained(body);
    expect(timing).toMatchObject({ beginsAt: at, perSecond: 2, lateCount: 480 });
    expect(Date.parse(timing.endsAt) - Date.parse(at)).toBe(300_000);
  });

  it("names a channel that is not sent through at the moment", async () => {
    await installation.books.transaction(
      ({ sql }) => sql`insert into channel_circuits (tenant_id, channel_id, state, cause, next_probe_at)
        values (${toUuid("tenant", school.tenantId)}, ${toUuid("channel", school.channels.hook.id)}, 'open',
          'unreachable', now() + interval '1 minute')`,
    );
    const { steps } = await explained(messageTo(users("u-1"), ["hook"]));
    expect(steps[0].channels[0].pause).toMatchObject({ cause: "unreachable" });
  });

  it("names the levels that would have to approve, with how many may decide", async () => {
    const flow = (state: string, composed: boolean) =>
      mustSucceed(
        school.owner("PUT", "/v1/approval-flow", {
          name: "审核",
          state,
          conditions: { sourceIds: [], composed },
          levels: [{ name: "年级主任", roleIds: [school.roleIds.reviewer], mode: "all" }],
        }),
      );
    await flow("on", true);
    const body = messageTo(users("u-1"), ["mail"]);
    expect((await explained(body, school.operator)).approval).toEqual([
      { name: "年级主任", mode: "all", roles: ["审核员"], reviewerCount: 1 },
    ]);
    expect((await explained(body)).approval).toEqual([]);
    await flow("off", false);
  });

  it.each([
    ["an unknown channel", { channels: ["nowhere"] }, "channel-unknown", 422],
    ["two ways at once", { policy: "pol_00000000000000000000000000" }, "invalid-input", 422],
    [
      "a missing variable",
      { content: { push: { text: "{{who}}" } }, channels: ["courier"] },
      "invalid-input",
      422,
    ],
  ])("refuses %s as sending does", async (_, change, code, status) => {
    const body = messageTo(users("u-1"), ["mail"], change);
    expectProblem(await explain(body), code, status);
    expectProblem(await school.trySend(body), code, status);
  });
});

describe("counting an audience", () => {
  const count = async (audience: object) =>
    mustSucceed<object>(school.operator("POST", "/v1/messages/audience-count", { audience }));

  it("counts whom each kind of audience has now", async () => {
    expect(await count({ kind: "all" })).toEqual({ recipients: 3, isExact: true });
    expect(await count({ kind: "tags", any: ["高一"] })).toEqual({ recipients: 2, isExact: true });
    expect(await count(users("u-1", "u-1", "nobody"))).toEqual({ recipients: 2, isExact: true });
    expect(await count({ kind: "addresses", addresses: [{ address: "a" }] })).toMatchObject({
      recipients: 1,
    });
  });
});

it("goes through a large audience slice by slice, and says so when there was no time for everybody", async () => {
  const big = await givenSchool(installation, "大校");
  const tenant = toUuid("tenant", big.tenantId);
  await installation.books.transaction(
    async ({ sql }) => {
      await sql`insert into users (tenant_id, id, external_id, name)
        select ${tenant}, gen_random_uuid(), 'g-' || n, 'G' from generate_series(1, 45000) n`;
      await sql`insert into identities (tenant_id, id, user_id, kind, address, scope)
        select ${tenant}, gen_random_uuid(), id, 'push', external_id, 'all' from users
        where tenant_id = ${tenant} and (substr(external_id, 3)::int % 9) = 0`;
      await sql`analyze users, identities`;
    },
    { deadlineMs: 15_000, statementTimeoutMs: 15_000 },
  );
  const answer = await explained(messageTo({ kind: "all" }, ["courier", "mail"]), big.source);
  expect(answer.recipients).toEqual({ count: 45_000, reached: 5_000, unreached: 40_000, isExact: true });
  expect(answer.unreached[0].samples).toHaveLength(10);
  const { api, plugins: catalogue } = installation.foundation;
  const hurried = createExplainAudience({ read: readIn(api), catalogue, timeLimitMs: 0 });
  expect(await hurried.count({ tenantId: big.tenantId }, { kind: "all" })).toEqual({
    count: 20_000,
    isExact: false,
  });
});
