import { afterAll, beforeAll, expect, it } from "vitest";
import {
  CANARY,
  type CanarySchool,
  givenCanarySchool,
  givenSchool,
  type Installation,
  Listener,
  learnedAbout,
  leavingNoTrace,
  messageTo,
  SAMPLES,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let a: CanarySchool;
let b: School;
const listener = new Listener();

beforeAll(async () => {
  installation = await startInstallation();
  a = await givenCanarySchool(installation);
  b = await givenSchool(installation, "邻校");
}, 60_000);
afterAll(() => installation?.stop());

const user = (scope: object) => ({ identities: [{ kind: "push", address: "x", scope }] });
const send = (change: object): Attempt => [
  "POST",
  "/v1/messages",
  { ...messageTo(users("u"), []), ...change },
];
const sendTo = (audience: object): Attempt => ["POST", "/v1/messages", messageTo(audience, ["courier"])];
const newMember = { email: "x@x.example", name: "x", password: "long-enough-1" };

type Attempt = [method: string, path: string, body: object];

/** What a school may do with its own things, tried with A's. */
const attempts: [string, (by: School) => Attempt][] = [
  ["a channel to send over", () => send({ channels: [a.channels.courier.id] })],
  ["a policy", () => send({ channels: undefined, policy: a.ids.policyId })],
  ["a template", () => send({ channels: ["courier"], content: undefined, template: `${CANARY}-template` })],
  [
    "a channel of a policy",
    () => ["POST", "/v1/policies", { name: "p-1", steps: [{ channelIds: [a.ids.channelId] }] }],
  ],
  [
    "a channel of a policy's second step",
    (by) => {
      const second = { channelIds: [a.ids.channelId], when: "failed" };
      return [
        "POST",
        "/v1/policies",
        { name: "p-2", steps: [{ channelIds: [by.channels.mail.id] }, second] },
      ];
    },
  ],
  ["a role of a new member", () => ["POST", "/v1/members", { ...newMember, roleId: a.roleIds.operator }]],
  [
    "a role of a member",
    (by) => ["PATCH", `/v1/members/${by.memberIds.reviewer}`, { roleId: a.roleIds.reviewer }],
  ],
  ["a source of an address", () => ["PUT", "/v1/users/u", user({ kind: "source", sourceId: a.sourceId })]],
  [
    "a channel of an address",
    () => ["PUT", "/v1/users/u", user({ kind: "channel", channelId: a.ids.channelId })],
  ],
  ["a department to send to", () => sendTo({ kind: "departments", departmentIds: [a.ids.departmentId] })],
  ["a segment to send to", () => sendTo({ kind: "segment", segmentId: a.ids.segmentId })],
  ["a file to send to", () => sendTo({ kind: "file", fileId: a.ids.fileId })],
  ["a department of a user", () => ["PUT", "/v1/users/u", { departments: [a.ids.departmentId] }]],
  [
    "a department to hang below",
    () => ["POST", "/v1/departments", { name: "x", parentId: a.ids.departmentId }],
  ],
  ["a tag of a segment", () => ["POST", "/v1/segments", { name: "s-1", rule: { hasTag: a.ids.tagId } }]],
  [
    "a department of a segment",
    () => ["POST", "/v1/segments", { name: "s-2", rule: { inDepartment: a.ids.departmentId } }],
  ],
  ["a channel to grant", (by) => ["PUT", `/v1/sources/${by.sourceId}/channels/${a.ids.channelId}`, {}]],
  ["the tenant to switch to", () => ["PUT", "/v1/session/tenant", { tenantId: a.tenantId }]],
  [
    "a source of a suppression",
    () => ["POST", "/v1/suppressions", { kind: "push", address: "x-1", sourceId: a.sourceId }],
  ],
  ["an allow list to send by", () => send({ channels: ["courier"], allowList: a.ids.listId })],
  ["a deny list to send by", () => send({ channels: ["courier"], denyList: a.ids.listId })],
  ["a source of the approval flow", (by) => flowWith({ ...by, sourceId: a.sourceId })],
  ["a role of the approval flow", (by) => flowWith({ ...by, roleIds: a.roleIds })],
];

const flowWith = (school: School): Attempt => [
  "PUT",
  "/v1/approval-flow",
  SAMPLES.saveApprovalFlow?.(school, "x") ?? {},
];

it.each(attempts)("answers %s of another tenant like one that does not exist", async (_, attempt) => {
  await leavingNoTrace(a, async () => {
    const { status, text } = await listener.listen(b.owner)(...attempt(b));
    expect([404, 409, 422], text).toContain(status);
  });
});

it("learns nothing of the other tenant from these answers", () => {
  expect(listener.heardCount).toBe(attempts.length);
  expect(learnedAbout(a, listener)).toEqual([]);
});

it.each(attempts)("takes %s of one's own, so that the refusals are about whose it is", async (_, attempt) => {
  const { status, text } = await a.owner(...attempt(a));
  expect(status, text).toBeLessThan(300);
});
