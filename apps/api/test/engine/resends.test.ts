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
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers(
    ["u-1", "u-2", "u-3"].map((userId) => ({
      userId,
      identities: [{ kind: "push", address: `d-${userId}` }],
    })),
  );
});
afterAll(() => installation?.stop());
afterEach(async () => {
  await expectNothingLost(installation);
  installation.vendor.reset();
});

/** The vendor refuses everybody but these. */
const refuseAllBut = (...addresses: string[]) =>
  installation.vendor.answer(({ body }) => {
    const { items = [] }: { items?: { ref: string; to: string }[] } = JSON.parse(body);
    const refused = items.filter(({ to }) => !addresses.includes(to)).map(({ ref }) => [ref, "no_device"]);
    return { status: 200, body: JSON.stringify({ refused: Object.fromEntries(refused) }) };
  });

const refusingOnce = async (message: object) => {
  refuseAllBut();
  const id = await school.send(message);
  await school.completed(id);
  installation.vendor.reset();
  return id;
};

const resend = (deliveryId: string, body: object = {}, key?: string, as = school.operator) =>
  as("POST", `/v1/deliveries/${deliveryId}/resend`, body, key ? { headers: { "idempotency-key": key } } : {});
const replay = (messageId: string, body: object = {}, key?: string) =>
  school.operator(
    "POST",
    `/v1/messages/${messageId}/replay`,
    body,
    key ? { headers: { "idempotency-key": key } } : {},
  );
const addressesSent = () =>
  installation.vendor.calls.flatMap(({ body }) => [...body.matchAll(/d-[\w-]+/g)].map(([one]) => one)).sort();

describe("one delivery", () => {
  it("goes again as a message of its own, and stays what it was", async () => {
    const original = await refusingOnce(messageTo(users("u-1"), ["courier"]));
    const [failed] = await school.deliveriesOf(original);
    installation.vendor.reset();
    const answer = await resend(failed?.id ?? "");
    expect(answer.status, answer.text).toBe(202);
    await school.completed(answer.body.id);
    expect(addressesSent()).toEqual(["d-u-1"]);
    const detail = await mustSucceed(school.owner("GET", `/v1/deliveries/${failed?.id}`));
    expect(detail).toMatchObject({ state: "failed", resends: [{ messageId: answer.body.id }] });
    const message = await mustSucceed(school.owner("GET", `/v1/messages/${answer.body.id}`));
    expect(message).toMatchObject({
      audience: { kind: "deliveries", messageId: original, deliveryCount: 1 },
      recipients: 1,
      source: { id: school.sourceId },
      author: { id: school.memberIds.operator },
      counts: { targeted: 1, submitted: 1 },
    });
    const audit = await school.owner("GET", "/v1/audit-entries?action=delivery.resent");
    expect(audit.body.items[0]).toMatchObject({ subjectId: failed?.id });
  });

  it("is sent once by a double click, with the same key or without one", async () => {
    const [one] = await school.deliveriesOf(await refusingOnce(messageTo(users("u-1"), ["courier"])));
    const [two] = await school.deliveriesOf(await refusingOnce(messageTo(users("u-2"), ["courier"])));
    installation.vendor.reset();
    const keyed = await Promise.all([1, 2, 3].map(() => resend(one?.id ?? "", {}, "click")));
    expect(keyed.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(keyed.map(({ body }) => body.id)).size).toBe(1);
    const bare = await Promise.all([1, 2, 3].map(() => resend(two?.id ?? "")));
    expect(bare.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const accepted = bare.find(({ status }) => status === 202)?.body.id;
    await school.allCompleted([keyed[0]?.body.id, accepted]);
    expect(addressesSent()).toEqual(["d-u-1", "d-u-2"]);
    const reused = await resend(two?.id ?? "", { force: true }, "click");
    expectProblem(reused, "idempotency-key-reused", 422);
  });

  it("is left alone when it has arrived, unless forced", async () => {
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await school.completed(id);
    const [sent] = await school.deliveriesOf(id);
    expectProblem(await resend(sent?.id ?? ""), "delivery-not-resendable", 409);
    const forced = await resend(sent?.id ?? "", { force: true });
    expect(forced.status).toBe(202);
    await school.completed(forced.body.id);
    expect(addressesSent()).toEqual(["d-u-1", "d-u-1"]);
  });

  it("may go again when the message that was to repeat it was cancelled", async () => {
    const original = await refusingOnce(messageTo(users("u-1"), ["courier"]));
    const [failed] = await school.deliveriesOf(original);
    await needApproval("on");
    const first = await resend(failed?.id ?? "");
    expect(first.body).toMatchObject({ outcome: "awaiting_approval" });
    expectProblem(await resend(failed?.id ?? ""), "delivery-not-resendable", 409);
    expect((await school.operator("POST", `/v1/messages/${first.body.id}/cancellation`)).status).toBe(204);
    const second = await resend(failed?.id ?? "");
    expect(second.body).toMatchObject({ outcome: "awaiting_approval" });
    installation.vendor.reset();
    const requests = await school.reviewer("GET", "/v1/approval-requests?state=pending");
    const request = requests.body.items.find(
      (item: { subject: { id: string } }) => item.subject.id === second.body.id,
    );
    const { status } = await school.reviewer("POST", `/v1/approval-requests/${request.id}/decisions`, {
      decision: "approve",
      contentHash: request.contentHash,
    });
    expect(status).toBeLessThan(300);
    await school.completed(second.body.id);
    expect(addressesSent()).toEqual(["d-u-1"]);
    await needApproval("off");
  });

  it("may not go again when a message that was cancelled has repeated it, whoever it was for", async () => {
    const addresses = [{ address: "d-typed" }];
    const ids = [
      await refusingOnce(messageTo(users("u-1"), ["courier"])),
      await refusingOnce(messageTo(users("unknown-yet"), ["courier"])),
      await refusingOnce(messageTo({ kind: "addresses", addresses }, ["courier"])),
    ];
    await school.addUsers([
      { userId: "unknown-yet", identities: [{ kind: "push", address: "d-unknown-yet" }] },
    ]);
    for (const id of ids) {
      const gate = installation.vendor.hold();
      const { body } = await replay(id);
      await gate.arrived(1);
      expect((await school.operator("POST", `/v1/messages/${body.id}/cancellation`)).status).toBe(204);
      expectProblem(await replay(id), "nothing-to-resend", 409);
      gate.open();
      await until(async () => (await school.message(body.id)).counts.submitted === 1);
      expectProblem(await replay(id), "nothing-to-resend", 409);
      const preview = await school.operator("GET", `/v1/messages/${id}/replay`);
      expect(preview.body).toMatchObject({ deliveryCount: 0, skippedCount: 1 });
      installation.vendor.reset();
    }
  });

  it("may go again when the message that was to repeat it was cancelled on the way to somebody else", async () => {
    refuseAllBut();
    const original = await school.send(messageTo(users("u-1", "u-2"), ["courier"]));
    await school.completed(original);
    installation.vendor.reset();
    refuseAllBut("d-u-2");
    const gate = installation.vendor.hold();
    const first = await replay(original);
    await gate.arrived(1);
    await mustSucceed(school.operator("POST", `/v1/messages/${first.body.id}/cancellation`));
    gate.open();
    await until(async () => (await school.message(first.body.id)).counts.failed === 1);
    installation.vendor.reset();
    const second = await replay(original);
    await school.completed(second.body.id);
    expect(addressesSent()).toEqual(["d-u-1"]);
  });

  it("is refused to those who may not send or may not see it, and by a channel that is off", async () => {
    const original = await refusingOnce(messageTo(users("u-1"), ["courier"]));
    const [failed] = await school.deliveriesOf(original);
    const other = await givenSchool(installation, "邻校");
    const id = failed?.id ?? "";
    expect((await resend(id, {}, undefined, school.reviewer)).status).toBe(403);
    expectProblem(await resend(id, {}, undefined, other.owner), "not-found", 404);
    expectProblem(await resend(id, {}, undefined, other.source), "not-found", 404);
    const path = `/v1/channels/${school.channels.courier.id}`;
    await mustSucceed(school.owner("PATCH", path, { state: "off" }));
    expectProblem(await resend(id), "channel-off", 409);
    await mustSucceed(school.owner("PATCH", path, { state: "on" }));
    expect((await resend(id, {}, undefined, school.source)).status).toBe(202);
  });
});

describe("a filtered set of deliveries", () => {
  it("goes again to exactly those that match, and a repeat finds nothing left", async () => {
    refuseAllBut("d-u-2");
    const ids = await Promise.all(
      [["u-1"], ["u-2"], ["u-3"]].map((names) => school.send(messageTo(users(...names), ["courier"]))),
    );
    await school.allCompleted(ids);
    installation.vendor.reset();
    for (const id of ids) await replay(id, { state: ["failed"] });
    await school.allCompleted(ids);
    const sent = await untilSent(2);
    expect(sent).toEqual(["d-u-1", "d-u-3"]);
    expectProblem(await replay(ids[1] ?? "", { state: ["failed"] }), "nothing-to-resend", 409);
    expectProblem(await replay(ids[0] ?? ""), "nothing-to-resend", 409);
  });

  it("finds users who were unknown and addresses that were missing when it went first", async () => {
    await school.addUsers([{ userId: "bare" }]);
    const id = await school.send(messageTo(users("bare", "newcomer", "u-1"), ["courier"]));
    await school.completed(id);
    await school.addUsers([
      { userId: "bare", identities: [{ kind: "push", address: "d-bare" }] },
      { userId: "newcomer", identities: [{ kind: "push", address: "d-newcomer" }] },
    ]);
    installation.vendor.reset();
    const preview = await school.operator("GET", `/v1/messages/${id}/replay`);
    expect(preview.body).toEqual({ deliveryCount: 2, recipientCount: 2, hasMore: false, skippedCount: 1 });
    const narrowed = await school.operator("GET", `/v1/messages/${id}/replay?reason=no_address`);
    expect(narrowed.body).toMatchObject({ deliveryCount: 1, skippedCount: 0 });
    const answer = await replay(id);
    await school.completed(answer.body.id);
    expect(addressesSent()).toEqual(["d-bare", "d-newcomer"]);
    expect((await school.message(answer.body.id)).counts).toMatchObject({ targeted: 2, submitted: 2 });
  });

  it("has an answer for each user who has been deleted, however often it is repeated", async () => {
    const leavers = ["leaver-1", "leaver-2"];
    await school.addUsers(leavers.map((userId) => ({ userId })));
    const original = await school.send(messageTo(users(...leavers, "never-there"), ["courier"]));
    await school.completed(original);
    for (const userId of leavers) await mustSucceed(school.owner("DELETE", `/v1/users/${userId}`));
    let last = original;
    for (let times = 0; times < 3; times++) {
      const { body: preview } = await school.operator("GET", `/v1/messages/${last}/replay`);
      expect(preview).toMatchObject({ deliveryCount: 3, recipientCount: 3 });
      last = (await replay(last)).body.id;
      await school.completed(last);
      expect((await school.message(last)).counts).toMatchObject({ targeted: 3, suppressed: 3 });
    }
    const reasons = (await school.deliveriesOf(last)).map(({ reason, reasonDetail }) => [
      reason,
      reasonDetail,
    ]);
    expect(reasons.sort()).toEqual([
      ["no_address", null],
      ["no_address", null],
      ["user_unknown", "never-there"],
    ]);
  });

  it("keeps each to the channel that failed", async () => {
    await school.addUsers([{ userId: "only-push", identities: [{ kind: "push", address: "d-only-push" }] }]);
    const id = await refusingOnce(messageTo(users("only-push"), ["courier", "hook"]));
    installation.vendor.reset();
    const { courier } = school.channels;
    const answer = await replay(id, { channelId: courier.id });
    await school.completed(answer.body.id);
    expect(addressesSent()).toEqual(["d-only-push"]);
    const deliveries = await school.deliveriesOf(answer.body.id);
    expect(deliveries.map(({ channel }) => channel.id)).toEqual([courier.id]);
    const rest = await replay(id);
    await school.completed(rest.body.id);
    expect(await school.deliveriesOf(rest.body.id)).toMatchObject([
      { state: "suppressed", reason: "no_address", channel: { id: school.channels.hook.id } },
    ]);
  });

  it("leaves out whom another step of the policy has reached", async () => {
    const { courier, mail } = school.channels;
    const steps = [{ channelIds: [courier.id] }, { channelIds: [mail.id], when: "failed" }];
    const { id: policy } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", { name: "falls back", steps }),
    );
    await school.addUsers(
      ["mailed", "bounce"].map((userId) => ({
        userId,
        identities: [
          { kind: "push", address: `d-${userId}` },
          { kind: "email", address: `${userId}@example.cn` },
        ],
      })),
    );
    const id = await refusingOnce(messageTo(users("mailed", "bounce"), [], { channels: undefined, policy }));
    const preview = await school.operator("GET", `/v1/messages/${id}/replay?channelId=${courier.id}`);
    expect(preview.body).toMatchObject({ deliveryCount: 1, skippedCount: 1 });
    const answer = await replay(id, { channelId: courier.id });
    await school.completed(answer.body.id);
    expect(addressesSent()).toEqual(["d-bounce"]);
    expectProblem(await replay(id, { channelId: courier.id }), "nothing-to-resend", 409);
  });

  it("is of a step that is a number, or refused", async () => {
    const id = await refusingOnce(messageTo(users("u-1"), ["courier"]));
    const errors = [{ pointer: "/step" }];
    for (const step of [null, "", "0", true, [], 0.5, 21]) {
      const answer = await replay(id, { step });
      expectProblem(answer, "invalid-input", 422);
      expect(answer.body).toMatchObject({ errors });
    }
    for (const step of ["", "%20", "true", "0.5", "21"]) {
      for (const list of ["replay", "deliveries"]) {
        const answer = await school.operator("GET", `/v1/messages/${id}/${list}?step=${step}`);
        expectProblem(answer, "invalid-input", 422);
      }
    }
    const later = await school.operator("GET", `/v1/messages/${id}/replay?step=1`);
    expect(later.body).toMatchObject({ deliveryCount: 0 });
    const first = await school.operator("GET", `/v1/messages/${id}/replay?step=0`);
    expect(first.body).toMatchObject({ deliveryCount: 1 });
    const { body } = await replay(id, { step: 0 });
    await school.completed(body.id);
  });

  it("sends typed addresses again with their own variables", async () => {
    const content = { push: { text: "{{name}}" } };
    const addresses = [
      { address: "d-typed-1", variables: { name: "甲" } },
      { address: "d-typed-2", variables: { name: "乙" } },
    ];
    const id = await refusingOnce(
      messageTo({ kind: "addresses", addresses }, ["courier"], { content, variables: {} }),
    );
    installation.vendor.reset();
    const answer = await replay(id);
    await school.completed(answer.body.id);
    expect(addressesSent()).toEqual(["d-typed-1", "d-typed-2"]);
    expect(installation.vendor.calls.map(({ body }) => body).join()).toContain("乙");
  });
});

function untilSent(count: number): Promise<string[]> {
  return until(() => (addressesSent().length >= count ? addressesSent() : undefined));
}

const needApproval = (state: "on" | "off") =>
  mustSucceed(
    school.owner("PUT", "/v1/approval-flow", {
      name: "审核",
      state,
      conditions: { sourceIds: [school.sourceId], composed: false },
      levels: [{ name: "一级", roleIds: [school.roleIds.reviewer], mode: "any" }],
    }),
  );
