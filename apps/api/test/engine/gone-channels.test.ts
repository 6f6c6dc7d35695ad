import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";

const PUPILS = ["u-1", "u-2", "u-3"];

let installation: Installation;
let school: School;
let channelId: string;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  await school.addUsers(
    PUPILS.map((userId) => ({
      userId,
      identities: [
        { kind: "push", address: userId },
        { kind: "email", address: `${userId}@example.cn` },
      ],
    })),
  );
  const channel = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/channels", {
      code: "short-lived",
      name: "临时",
      pluginId: "test/courier",
      settings: { url: installation.vendor.url },
      secrets: { token: "t" },
    }),
  );
  channelId = channel.id;
});
afterEach(() => expectNothingLost(installation));
afterAll(() => installation?.stop());

const send = (audience: object, rest: object = {}, channels = ["short-lived"]) =>
  school.send(messageTo(audience, channels, rest), { as: school.operator });
const deleteChannel = () => mustSucceed(school.owner("DELETE", `/v1/channels/${channelId}`));
const outcomesOf = async (id: string) =>
  (await school.deliveriesOf(id))
    .map(({ user, address, step, state, reason }) => `${user?.userId ?? address} ${step} ${state} ${reason}`)
    .sort();
const policyOf = (...steps: object[]) =>
  mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", { name: "临时补发", steps }));
const sendBy = (policy: { id: string }) => send(users(...PUPILS), { channels: undefined, policy: policy.id });

/** Runs an engine until the message is over. */
async function finish(id: string): Promise<void> {
  const engine = await installation.startEngine();
  await school.completed(id);
  await engine.stop();
}

const uploaded = async (query: string, rawBody: string) => {
  const headers = { "content-type": "text/csv" };
  const path = `/v1/audience-files?${query}`;
  return mustSucceed<{ id: string }>(school.operator("POST", path, undefined, { rawBody, headers }));
};

describe("a channel that is deleted before the deliveries over it are made", () => {
  it.each([
    ["users named one by one", async () => users(...PUPILS), {}],
    [
      "users named by a message that is expanded by itself",
      async () => users(...PUPILS),
      { deduplicateSeconds: 60 },
    ],
    ["everyone", async () => ({ kind: "all" }), {}],
    [
      "the rows of a file",
      async () => ({
        kind: "file",
        fileId: (await uploaded("name=u.csv", `userId\n${PUPILS.join("\n")}`)).id,
      }),
      {},
    ],
  ])("fails every delivery to %s, and says why", async (_, audienceOf, options) => {
    const id = await send(await audienceOf(), options);
    await deleteChannel();
    await finish(id);
    expect(await outcomesOf(id)).toEqual(PUPILS.map((userId) => `${userId} 0 failed channel_gone`));
    const { counts, steps } = await mustSucceed<{ counts: object; steps: object[] }>(
      school.owner("GET", `/v1/messages/${id}`),
    );
    expect(counts).toMatchObject({ targeted: 3, valid: 3, submitted: 0, suppressed: 0, failed: 3 });
    expect(steps).toMatchObject([{ channels: [{ id: channelId, counts: { targeted: 3, failed: 3 } }] }]);
    expect(installation.vendor.calls).toEqual([]);
  });

  it("fails typed addresses, too, and tells unknown users what they are", async () => {
    const typed = await send({
      kind: "addresses",
      addresses: [{ address: "device-1" }, { address: "device-2" }],
    });
    const named = await send(users("u-1", "nobody"));
    await deleteChannel();
    await expandOnce(installation);
    expect((await school.message(typed)).counts).toMatchObject({ targeted: 2, failed: 2 });
    expect((await school.message(named)).counts).toMatchObject({ targeted: 2, failed: 1, suppressed: 1 });
    expect((await school.message(typed)).state).toBe("completed");
  });

  it("does nothing to the other channels of the message", async () => {
    const id = await send(users("u-1"), {}, ["short-lived", "courier"]);
    await deleteChannel();
    await finish(id);
    expect(await outcomesOf(id)).toEqual(["u-1 0 accepted null", "u-1 0 failed channel_gone"]);
    expect((await school.message(id)).counts).toMatchObject({
      targeted: 2,
      valid: 2,
      submitted: 1,
      failed: 1,
    });
  });

  it("counts for no frequency cap, and as nothing sent for deduplication", async () => {
    await mustSucceed(school.owner("PUT", "/v1/frequency-caps", { items: [{ limit: 1, hours: 24 }] }));
    const gone = await send(users("u-1"), { deduplicateSeconds: 3600 });
    await deleteChannel();
    await finish(gone);
    const other = await send(users("u-1"), { deduplicateSeconds: 3600 }, ["courier"]);
    await finish(other);
    expect(await outcomesOf(other)).toEqual(["u-1 0 accepted null"]);
  });

  it("has the users fall back at once", async () => {
    const { mail } = school.channels;
    const policy = await policyOf(
      { channelIds: [channelId] },
      { channelIds: [mail.id], when: "undelivered", afterSeconds: 3600 },
    );
    const id = await sendBy(policy);
    await mustSucceed(school.owner("POST", `/v1/policies/${policy.id}/archive`));
    await deleteChannel();
    await finish(id);
    expect(await outcomesOf(id)).toEqual(
      PUPILS.flatMap((userId) => [`${userId} 0 failed channel_gone`, `${userId} 1 accepted null`]),
    );
  });

  it("is told of a later step as well", async () => {
    const policy = await policyOf(
      { channelIds: [school.channels.hook.id] },
      { channelIds: [channelId], when: "failed" },
    );
    const id = await sendBy(policy);
    await mustSucceed(school.owner("POST", `/v1/policies/${policy.id}/archive`));
    await deleteChannel();
    await finish(id);
    expect(await outcomesOf(id)).toEqual(
      PUPILS.flatMap((userId) => [`${userId} 0 suppressed no_address`, `${userId} 1 failed channel_gone`]),
    );
  });

  it("fails what is sent again over it", async () => {
    const first = await send(users("newcomer"));
    await finish(first);
    const { id } = await mustSucceed<{ id: string }>(
      school.operator("POST", `/v1/messages/${first}/replay`, {}),
    );
    await school.addUsers([{ userId: "newcomer", identities: [{ kind: "push", address: "newcomer" }] }]);
    await deleteChannel();
    await finish(id);
    expect(await outcomesOf(id)).toEqual(["newcomer 0 failed channel_gone"]);
  });
});

it("fails what a channel was switched off for before its deliveries are made", async () => {
  const id = await send(users(...PUPILS));
  await mustSucceed(school.owner("PATCH", `/v1/channels/${channelId}`, { state: "off" }));
  await finish(id);
  expect(await outcomesOf(id)).toEqual(PUPILS.map((userId) => `${userId} 0 failed channel_off`));
  expect((await school.message(id)).counts).toMatchObject({ targeted: 3, valid: 3, submitted: 0, failed: 3 });
});

it("is not gone while a policy that sends by it is being saved", async () => {
  await policyOf({ channelIds: [school.channels.mail.id] });
  const answers = await installation.books.transaction(async ({ sql }) => {
    // The policy has been judged, and waits for its quota.
    await sql`select from quotas where tenant_id = ${toUuid("tenant", school.tenantId)} and kind = 'policies' for update`;
    const waiting = async () => (await sql`select from pg_locks where not granted`).length;
    const body = { name: "正在保存", steps: [{ channelIds: [channelId] }] };
    const saving = school.owner("POST", "/v1/policies", body);
    await until(async () => (await waiting()) > 0);
    const deleting = school.owner("DELETE", `/v1/channels/${channelId}`);
    await Promise.race([deleting, until(async () => (await waiting()) > 1)]);
    return { saving, deleting };
  });
  expect((await answers.saving).status).toBe(201);
  expectProblem(await answers.deleting, "channel-in-use", 409);
});
