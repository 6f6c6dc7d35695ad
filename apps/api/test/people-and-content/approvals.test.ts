import { newId } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestApproval, voidApproval } from "../../src/modules/approvals/index.ts";
import type { Permission } from "../../src/platform/authorization/index.ts";
import { sha256 } from "../../src/platform/crypto/index.ts";
import { startContentApp } from "./fixture.ts";

const outcomes: { id: string; outcome: string; reason: string | undefined }[] = [];
let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp({
    onDecided: async (_tx, _ctx, { id }, outcome, reason) => void outcomes.push({ id, outcome, reason }),
  });
});
afterAll(() => app.stop());

const REVIEW: Permission[] = [{ action: ["read", "approve"], subject: "ApprovalRequest" }];
const CONTENT_HASH = sha256("what is to be approved");
const contentHash = CONTENT_HASH.toString("hex");
const approve = { decision: "approve", contentHash };

/** Two teachers who both have to approve, then a head. */
async function makeSchool() {
  const tenant = await app.makeTenant();
  const [teacher, head] = [await tenant.makeRole("teacher", REVIEW), await tenant.makeRole("head", REVIEW)];
  const wang = await tenant.makeMember("Wang", teacher, REVIEW);
  const li = await tenant.makeMember("Li", teacher, REVIEW);
  const zhao = await tenant.makeMember("Zhao", head, REVIEW);
  const sourceId = await tenant.makeSource("Fees");
  const saved = await tenant.admin.call("PUT", "/approval-flow", {
    name: "School",
    state: "on",
    conditions: { sourceIds: [sourceId], composed: true },
    levels: [
      { name: "Grade", roleIds: [teacher], mode: "all" },
      { name: "School", roleIds: [head], mode: "any" },
    ],
  });
  expect(saved.status).toBe(200);

  const messageId = newId("message");
  const ask = (from: { sourceId: string | null; requestedBy: string | null }) =>
    app.transact(tenant.admin.ctx, (tx) =>
      requestApproval(tx, tenant.admin.ctx, {
        ...from,
        subject: { kind: "message", id: messageId, name: "通知", contentHash: CONTENT_HASH },
        requestedByName: "Somebody",
      }),
    );
  const pathOf = (request: { id: string } | undefined) => `/approval-requests/${request?.id}`;
  return { ...tenant, wang, li, zhao, sourceId, messageId, ask, pathOf };
}

const idOf = (caller: { actor: { kind: string } }) => (caller.actor as unknown as { id: string }).id;

it("goes through the levels in order and shows each reviewer what waits for them", async () => {
  const { wang, li, zhao, sourceId, messageId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  const waitingFor = async (caller: typeof wang) =>
    (await caller.call("GET", "/approval-requests?mine=true")).body.items.length;
  expect([await waitingFor(wang), await waitingFor(li), await waitingFor(zhao)]).toEqual([1, 1, 0]);

  const decide = (caller: typeof wang) => caller.call("POST", `${pathOf(request)}/decisions`, approve);
  expect(await decide(zhao)).toMatchObject({ status: 403, body: { code: "not-a-reviewer" } });
  expect(await decide(wang)).toMatchObject({ status: 201, body: { level: 0, canDecide: false } });
  expect([await waitingFor(wang), await waitingFor(li), await waitingFor(zhao)]).toEqual([0, 1, 0]);
  expect((await decide(li)).body).toMatchObject({ level: 1, state: "pending" });
  expect([await waitingFor(wang), await waitingFor(li), await waitingFor(zhao)]).toEqual([0, 0, 1]);
  expect((await decide(zhao)).body).toMatchObject({ level: 1, state: "approved" });
  expect(outcomes).toContainEqual({ id: messageId, outcome: "approved", reason: undefined });
  expect(await decide(li)).toMatchObject({ status: 409, body: { code: "already-decided" } });
});

it("counts one of a reviewer's simultaneous decisions", async () => {
  const { wang, sourceId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  const answers = await Promise.all(
    [1, 2, 3].map(() => wang.call("POST", `${pathOf(request)}/decisions`, approve)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
});

it("ends with a rejection, which needs a reason", async () => {
  const { wang, sourceId, messageId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  const reject = (reason?: string) =>
    wang.call("POST", `${pathOf(request)}/decisions`, { decision: "reject", contentHash, reason });
  expect(await reject()).toMatchObject({ status: 422, body: { errors: [{ pointer: "/reason" }] } });
  expect((await reject("金额不对")).body).toMatchObject({ state: "rejected" });
  expect(outcomes).toContainEqual({ id: messageId, outcome: "rejected", reason: "金额不对" });
});

it("refuses a decision on other content, and the author's own", async () => {
  const { wang, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId: null, requestedBy: idOf(wang) });
  const decide = (hash: string) =>
    wang.call("POST", `${pathOf(request)}/decisions`, { decision: "approve", contentHash: hash });
  expect(await decide("0".repeat(64))).toMatchObject({ status: 409, body: { code: "content-changed" } });
  expect(await decide(contentHash)).toMatchObject({ status: 403, body: { code: "author-cannot-decide" } });
});

it("asks only where the flow says so, and refuses a request that nobody could decide", async () => {
  const { zhao, makeSource, ask } = await makeSchool();
  expect(await ask({ sourceId: await makeSource("Library"), requestedBy: null })).toBeUndefined();
  await expect(ask({ sourceId: null, requestedBy: idOf(zhao) })).rejects.toMatchObject({
    type: { code: "nobody-can-approve" },
  });
});

it("takes another person for each level, also where both name the same role", async () => {
  const { admin, makeMember, wang, li, sourceId, messageId, ask, pathOf } = await makeSchool();
  const { body: flow } = await admin.call("GET", "/approval-flow");
  const { updatedAt: _, ...rest } = flow;
  const [{ roleIds }] = flow.levels;
  const levels = ["Grade", "School"].map((name) => ({ name, roleIds, mode: "any" }));
  expect((await admin.call("PUT", "/approval-flow", { ...rest, levels })).status).toBe(200);
  const request = await ask({ sourceId, requestedBy: null });
  const decide = (caller: typeof wang) => caller.call("POST", `${pathOf(request)}/decisions`, approve);
  expect(await decide(wang)).toMatchObject({ status: 201, body: { level: 1, canDecide: false } });
  expect(await decide(wang)).toMatchObject({ status: 403, body: { code: "decided-in-earlier-level" } });
  const waitingFor = async (caller: typeof wang) =>
    (await caller.call("GET", "/approval-requests?mine=true")).body.items.length;
  expect([await waitingFor(wang), await waitingFor(li)]).toEqual([0, 1]);
  expect((await decide(li)).body).toMatchObject({ state: "approved" });
  expect(outcomes).toContainEqual({ id: messageId, outcome: "approved", reason: undefined });

  // Of two reviewers one is the author.
  await expect(ask({ sourceId: null, requestedBy: idOf(li) })).rejects.toMatchObject({
    type: { code: "nobody-can-approve" },
  });
  await makeMember("Sun", roleIds[0], REVIEW);
  expect(await ask({ sourceId: null, requestedBy: idOf(li) })).toBeDefined();
});

it("leaves the next level to who alone can decide there", async () => {
  const { admin, wang, zhao, sourceId, ask, pathOf } = await makeSchool();
  const { body: flow } = await admin.call("GET", "/approval-flow");
  const { updatedAt: _, ...rest } = flow;
  const [grade, school] = flow.levels;
  const either = { ...grade, roleIds: [...grade.roleIds, ...school.roleIds], mode: "any" };
  await admin.call("PUT", "/approval-flow", { ...rest, levels: [either, school] });
  const request = await ask({ sourceId, requestedBy: null });
  const decide = (caller: typeof wang) => caller.call("POST", `${pathOf(request)}/decisions`, approve);
  expect(await decide(zhao)).toMatchObject({
    status: 409,
    body: { code: "needed-in-later-level", level: "School" },
  });
  expect((await decide(wang)).body).toMatchObject({ state: "pending", level: 1 });
  expect((await decide(zhao)).body).toMatchObject({ state: "approved" });
});

it("voids the request about what is withdrawn", async () => {
  const { admin, wang, sourceId, messageId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  await app.transact(admin.ctx, (tx) => voidApproval(tx, admin.ctx, { kind: "message", id: messageId }));
  expect((await wang.call("GET", pathOf(request))).body).toMatchObject({ state: "void", canDecide: false });
  expect((await wang.call("POST", `${pathOf(request)}/decisions`, approve)).status).toBe(409);
});

it("keeps running requests on the levels they started with", async () => {
  const { admin, wang, sourceId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  const { body: flow } = await admin.call("GET", "/approval-flow");
  const { updatedAt: _, ...rest } = flow;
  const shorter = { ...rest, levels: [flow.levels[1]] };
  expect((await admin.call("PUT", "/approval-flow", shorter)).status).toBe(200);
  const { body } = await wang.call("GET", pathOf(request));
  expect(body.levels).toHaveLength(2);
  expect(body.canDecide).toBe(true);
});

it("has one flow per tenant, off until it is set up", async () => {
  const { admin, makeRole, rows } = await app.makeTenant();
  expect((await admin.call("GET", "/approval-flow")).body).toMatchObject({ state: "off", updatedAt: null });
  const roleId = await makeRole("teacher", REVIEW);
  const flow = (name: string, roleIds: string[]) => ({
    name,
    state: "on",
    conditions: { sourceIds: [], composed: true },
    levels: [{ name: "Grade", roleIds, mode: "any" }],
  });
  await Promise.all(["a", "b", "c"].map((name) => admin.call("PUT", "/approval-flow", flow(name, [roleId]))));
  expect(await rows("select count(*) from approval_flows")).toEqual([{ count: "1" }]);
  const powerless = await makeRole("guest", [{ action: "read", subject: "Message" }]);
  expect(await admin.call("PUT", "/approval-flow", flow("d", [powerless]))).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/levels/0/roleIds/0", code: "cannot_approve" }] },
  });
});

it("shows nothing to another tenant", async () => {
  const { sourceId, ask, pathOf } = await makeSchool();
  const request = await ask({ sourceId, requestedBy: null });
  const { admin: stranger } = await app.makeTenant();
  expect((await stranger.call("GET", pathOf(request))).status).toBe(404);
  expect((await stranger.call("POST", `${pathOf(request)}/decisions`, approve)).status).toBe(404);
  expect((await stranger.call("GET", "/approval-requests")).body.items).toEqual([]);
});
