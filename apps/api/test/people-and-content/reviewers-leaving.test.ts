import { newId } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestApproval } from "../../src/modules/approvals/index.ts";
import type { Permission } from "../../src/platform/authorization/index.ts";
import { sha256 } from "../../src/platform/crypto/index.ts";
import { startContentApp } from "./fixture.ts";

const outcomes: { id: string; outcome: string }[] = [];
let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp({
    onDecided: async (_tx, _ctx, { id }, outcome) => void outcomes.push({ id, outcome }),
  });
});
afterAll(() => app.stop());

const REVIEW: Permission[] = [{ action: ["read", "approve"], subject: "ApprovalRequest" }];
const CONTENT_HASH = sha256("what is to be approved");
const approve = { decision: "approve", contentHash: CONTENT_HASH.toString("hex") };
const idOf = (caller: { actor: { kind: string } }) => (caller.actor as unknown as { id: string }).id;

/** A message that both teachers have to approve, and then the head where there is a second level. */
async function givenRequest(levelCount: 1 | 2) {
  const tenant = await app.makeTenant();
  const [teacher, head] = [await tenant.makeRole("teacher", REVIEW), await tenant.makeRole("head", REVIEW)];
  const wang = await tenant.makeMember("Wang", teacher, REVIEW);
  const li = await tenant.makeMember("Li", teacher, REVIEW);
  await tenant.makeMember("Zhao", head, REVIEW);
  const levels = [
    { name: "Grade", roleIds: [teacher], mode: "all" },
    { name: "School", roleIds: [head], mode: "any" },
  ].slice(0, levelCount);
  const conditions = { sourceIds: [], composed: true };
  await tenant.admin.call("PUT", "/approval-flow", { name: "School", state: "on", conditions, levels });
  const messageId = newId("message");
  const request = await app.transact(tenant.admin.ctx, (tx) =>
    requestApproval(tx, tenant.admin.ctx, {
      sourceId: null,
      subject: { kind: "message", id: messageId, name: "通知", contentHash: CONTENT_HASH },
      requestedBy: null,
      requestedByName: "Somebody",
    }),
  );
  const path = `/approval-requests/${request?.id}`;
  return {
    ...tenant,
    head,
    wang,
    li,
    messageId,
    decide: (caller: typeof wang) => caller.call("POST", `${path}/decisions`, approve),
    change: (caller: typeof wang, changes: object) =>
      tenant.admin.call("PATCH", `/members/${idOf(caller)}`, changes),
    standing: async () => (await tenant.admin.call("GET", path)).body,
  };
}

it("approves what waited only for a reviewer who is disabled", async () => {
  const { wang, li, messageId, decide, change, standing, rows } = await givenRequest(1);
  await decide(wang);
  expect(await standing()).toMatchObject({ state: "pending" });
  expect((await change(li, { state: "disabled" })).status).toBe(200);
  const after = await standing();
  expect(after).toMatchObject({ state: "approved", level: 0 });
  expect(after.decidedAt).not.toBeNull();
  expect(outcomes).toContainEqual({ id: messageId, outcome: "approved" });
  const [entry] = await rows<{ actor_name: string }>(
    "select actor_name from audit_entries where action = 'approval_request.reconsidered'",
  );
  expect(entry).toEqual({ actor_name: "Admin" });
});

it("goes on to the next level when the missing reviewer gets another role", async () => {
  const { wang, li, head, messageId, decide, change, standing } = await givenRequest(2);
  await decide(wang);
  await change(li, { roleId: head });
  expect(await standing()).toMatchObject({ state: "pending", level: 1 });
  expect(outcomes.some(({ id }) => id === messageId)).toBe(false);
});

it("goes on when the missing reviewer is removed", async () => {
  const { wang, li, admin, decide, standing } = await givenRequest(2);
  await decide(wang);
  expect((await admin.call("DELETE", `/members/${idOf(li)}`)).status).toBe(204);
  expect(await standing()).toMatchObject({ state: "pending", level: 1 });
});

it("approves nothing that nobody has approved, even when no reviewer is left", async () => {
  const { wang, li, change, standing } = await givenRequest(1);
  await change(wang, { state: "disabled" });
  await change(li, { state: "disabled" });
  expect(await standing()).toMatchObject({ state: "pending", level: 0 });
});

it("ends approved when the last missing reviewer leaves at the moment of the other's approval", async () => {
  for (let round = 0; round < 5; round++) {
    const { wang, li, decide, change, standing } = await givenRequest(1);
    const [decided, changed] = await Promise.all([decide(wang), change(li, { state: "disabled" })]);
    expect([decided.status, changed.status]).toEqual([201, 200]);
    expect(await standing()).toMatchObject({ state: "approved" });
  }
});
