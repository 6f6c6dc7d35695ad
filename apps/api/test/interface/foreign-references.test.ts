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

const { content: _, ...uncontained } = messageTo(users("u"), ["courier"]) as Record<string, unknown>;
const user = (scope: object) => ({ identities: [{ kind: "push", address: "x", scope }] });
const flowWith = (change: object) => SAMPLES.saveApprovalFlow?.({ ...b, ...change }, "x") ?? {};
const step = () => ({ channelIds: [a.ids.channelId] });
const newMember = { email: "x@x.example", name: "x", password: "long-enough-1" };

const attempts: [string, () => [method: string, path: string, body: object]][] = [
  ["a channel to send over", () => ["POST", "/v1/messages", messageTo(users("u"), [a.channels.courier.id])]],
  ["a channel's name", () => ["POST", "/v1/messages", messageTo(users("u"), [`${CANARY}-channel`])]],
  [
    "a policy",
    () => [
      "POST",
      "/v1/messages",
      { ...messageTo(users("u"), []), channels: undefined, policy: a.ids.policyId },
    ],
  ],
  ["a template's id", () => ["POST", "/v1/messages", { ...uncontained, template: a.ids.templateId }]],
  ["a template's code", () => ["POST", "/v1/messages", { ...uncontained, template: `${CANARY}-template` }]],
  ["a channel of a policy", () => ["POST", "/v1/policies", { name: "p", steps: [step()] }]],
  [
    "a channel of a second step",
    () => [
      "POST",
      "/v1/policies",
      { name: "p", steps: [{ channelIds: [b.channels.courier.id] }, { ...step(), when: "failed" }] },
    ],
  ],
  ["a role of a new member", () => ["POST", "/v1/members", { ...newMember, roleId: a.roleIds.operator }]],
  [
    "a role of a member",
    () => ["PATCH", `/v1/members/${b.memberIds.reviewer}`, { roleId: a.roleIds.operator }],
  ],
  [
    "a source of an address",
    () => ["PUT", "/v1/users/u", user({ kind: "source", sourceId: a.ids.sourceId })],
  ],
  [
    "a channel of an address",
    () => ["PUT", "/v1/users/u", user({ kind: "channel", channelId: a.ids.channelId })],
  ],
  ["a channel to grant", () => ["PUT", `/v1/sources/${b.sourceId}/channels/${a.ids.channelId}`, {}]],
  ["the tenant to switch to", () => ["PUT", "/v1/session/tenant", { tenantId: a.tenantId }]],
  [
    "a source of the approval flow",
    () => ["PUT", "/v1/approval-flow", flowWith({ sourceId: a.ids.sourceId })],
  ],
  ["a role of the approval flow", () => ["PUT", "/v1/approval-flow", flowWith({ roleIds: a.roleIds })]],
];

it.each(attempts)("answers %s of another tenant like one that does not exist", async (_, attempt) => {
  await leavingNoTrace(a, async () => {
    const { status, text } = await listener.listen(b.owner)(...attempt());
    expect([404, 409, 422], text).toContain(status);
  });
});

it("learns nothing of the other tenant from these answers", () => {
  expect(listener.heardCount).toBe(attempts.length);
  expect(learnedAbout(a, listener)).toEqual([]);
});
