import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";

describe("a message that was scheduled while it cost too little to be approved", () => {
  let installation: Installation;
  let school: School;
  beforeAll(async () => {
    installation = await startInstallation();
  });
  afterAll(() => installation?.stop());
  beforeEach(async () => {
    school = await givenSchool(installation);
    await mustSucceed(
      school.owner("PATCH", `/v1/channels/${school.channels.courier.id}`, {
        price: { amount: "0.5", currency: "CNY" },
      }),
    );
    await mustSucceed(
      school.owner("PUT", "/v1/approval-flow", {
        name: "审核",
        state: "on",
        conditions: {
          sourceIds: [school.sourceId],
          composed: false,
          minimumCost: { amount: "1", currency: "CNY" },
        },
        levels: [{ name: "一级", roleIds: [school.roleIds.reviewer], mode: "any" }],
      }),
    );
    await addPupils("u-1");
  });

  const addPupils = (...userIds: string[]) =>
    school.addUsers(
      userIds.map((userId) => ({
        userId,
        tags: ["春游"],
        identities: [{ kind: "push", address: `device-${userId}` }],
      })),
    );

  async function schedule(rest: object = {}): Promise<string> {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const audience = { kind: "tags", any: ["春游"] };
    const body = messageTo(audience, ["courier"], { schedule: { at, timeZone: "Asia/Shanghai" }, ...rest });
    const { body: accepted } = await school.trySend(body);
    expect(accepted).toMatchObject({ outcome: "scheduled" });
    return accepted.id;
  }

  const stateOf = async (id: string) => (await school.message(id)).state;

  it("begins at its time when it still does", async () => {
    const id = await schedule();
    await timePasses(installation, 3600);
    await school.completed(id);
    expect(await school.message(id)).toMatchObject({ needsApproval: false, counts: { submitted: 1 } });
  });

  it("waits for approval when its audience has grown until then, and begins with it", async () => {
    const id = await schedule();
    await addPupils("u-2", "u-3");
    await timePasses(installation, 3600);
    await until(async () => (await stateOf(id)) === "pending_approval");
    expect(await school.message(id)).toMatchObject({ needsApproval: true, counts: { targeted: 0 } });
    const { items } = await mustSucceed<{ items: { id: string; contentHash: string }[] }>(
      school.reviewer("GET", "/v1/approval-requests"),
    );
    expect(items).toMatchObject([{ state: "pending", subject: { kind: "message", id } }]);
    const [request] = items;
    await mustSucceed(
      school.reviewer("POST", `/v1/approval-requests/${request?.id}/decisions`, {
        decision: "approve",
        contentHash: request?.contentHash,
      }),
    );
    await school.completed(id);
    expect((await school.message(id)).counts).toMatchObject({ targeted: 3, submitted: 3 });
    const audit = await school.owner("GET", "/v1/audit-entries?action=message.held_for_approval");
    expect(audit.body.items).toMatchObject([{ subjectId: id, before: { state: "scheduled" } }]);
  });

  it("is not sent when nobody approves it within its time to live", async () => {
    const id = await schedule({ ttlSeconds: 600 });
    await addPupils("u-2");
    await timePasses(installation, 3600);
    await until(async () => (await stateOf(id)) === "pending_approval");
    await timePasses(installation, 600);
    await until(async () => (await stateOf(id)) === "expired");
  });

  it("goes by the version of the policy that it was accepted with", async () => {
    const steps = [{ channelIds: [school.channels.courier.id] }];
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", { name: "通知", steps }),
    );
    const id = await schedule({ channels: undefined, policy: policy.id });
    await addPupils("u-2");
    await timePasses(installation, 3600);
    await until(async () => (await stateOf(id)) === "pending_approval");
  });
});
