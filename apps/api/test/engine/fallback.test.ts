import { expect, it, onTestFinished, vi } from "vitest";
import { expectProblem, messageTo, timePasses, until } from "../harness/index.ts";
import {
  givenFallbackScene,
  givenUser,
  installation,
  isPutOff,
  mailsTo,
  policies,
  pushed,
  refuseAll,
  roundsPass,
  school,
  sendWith,
  stepsOf,
} from "./fallback-scene.ts";

givenFallbackScene();

it("sends the fallback once, at once, after a final failure", async () => {
  refuseAll();
  const userId = await givenUser();
  const id = await sendWith("failed", userId);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 failed", "1 accepted"]);
  expect(mailsTo(userId)).toHaveLength(1);
});

it("takes the fallback of what a lost worker has left unknown, when its time has come", async () => {
  const gate = installation.vendor.hold();
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await gate.arrived(1);
  await timePasses(installation, 61);
  await school.reaches(id, "unknown");
  await timePasses(installation, 301);
  await school.completed(id);
  gate.open();
  expect(await stepsOf(id)).toEqual(["0 unknown", "1 accepted"]);
  expect(mailsTo(userId)).toHaveLength(1);
});

it("sends no fallback for what the vendor accepted, while only a failure counts", async () => {
  const userId = await givenUser();
  const id = await sendWith("failed", userId);
  await school.reaches(id, "accepted");
  await timePasses(installation, 3600);
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
  expect(mailsTo(userId)).toHaveLength(0);
});

it("waits the whole window from the vendor's acceptance, and then sends the fallback once", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await school.reaches(id, "accepted");
  await timePasses(installation, 290);
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
  await timePasses(installation, 15);
  await school.reaches(id, "accepted", 1);
  await school.completed(id);
  await timePasses(installation, 3600);
  await roundsPass();
  expect(mailsTo(userId)).toHaveLength(1);
});

it("does not end a window early where a process' clock has jumped ahead", async () => {
  onTestFinished(() => void vi.useRealTimers());
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await school.reaches(id, "accepted");
  await roundsPass();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  // Has the flow judged now.
  await installation.books.transaction(
    ({ sql }) => sql`update flows set wake_at = now() where state = 'waiting'`,
  );
  await until(() => isPutOff(userId));
  vi.useRealTimers();
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
  expect(mailsTo(userId)).toHaveLength(0);
});

it("does not count waiting for the vendor as part of the window", async () => {
  const gate = installation.vendor.hold();
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await gate.arrived(1);
  await installation.books.transaction(
    ({ sql }) => sql`update flows set wake_at = wake_at - interval '1 hour' where wake_at is not null`,
  );
  gate.open();
  await school.reaches(id, "accepted");
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
});

it("satisfies the flow by a receipt in time: no fallback goes out, whatever time passes", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await timePasses(installation, 299);
  await pushed("delivered", ref);
  await school.completed(id);
  await timePasses(installation, 86_400);
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 delivered"]);
  expect(mailsTo(userId)).toHaveLength(0);
});

it("advances at once when the vendor reports the message undelivered", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  await pushed("undelivered", ref);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 undelivered", "1 accepted"]);
});

it("needs a read for unread: delivered is not enough, read is", async () => {
  const [reader, other] = [await givenUser(), await givenUser()];
  const id = await sendWith("unread", reader, other);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,0 accepted");
  for (const { id: ref, user } of await school.deliveriesOf(id)) {
    await pushed(user?.userId === reader ? "read" : "delivered", ref);
  }
  await timePasses(installation, 301);
  await school.completed(id);
  expect(mailsTo(reader)).toHaveLength(0);
  expect(mailsTo(other)).toHaveLength(1);
});

it("waits the window for a read of what was unknown until it was reported delivered", async () => {
  installation.vendor.answer(() => "cut");
  const userId = await givenUser();
  const id = await sendWith("unread", userId);
  const { id: ref } = await school.reaches(id, "unknown");
  installation.vendor.answer(() => ({ status: 200 }));
  await pushed("delivered", ref);
  await school.reaches(id, "delivered");
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 delivered"]);
  await timePasses(installation, 301);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 delivered", "1 accepted"]);
  expect(mailsTo(userId)).toHaveLength(1);
});

it("skips to the fallback at once for a user without an address on the first step", async () => {
  await school.addUsers([
    { userId: "mail-only", identities: [{ kind: "email", address: "mail-only@example.cn" }] },
  ]);
  const id = await sendWith("undelivered", "mail-only");
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 suppressed", "1 accepted"]);
});

it("ends exhausted, with both reasons, when no step has an address", async () => {
  await school.addUsers([{ userId: "unreachable" }]);
  const id = await sendWith("undelivered", "unreachable");
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 suppressed", "1 suppressed"]);
});

it("falls back from two channels at once only when both have failed", async () => {
  refuseAll();
  const userId = await givenUser();
  const one = await sendWith("both", userId);
  await until(async () => (await stepsOf(one)).sort().join() === "0 accepted,0 failed");
  await roundsPass();
  expect(mailsTo(userId)).toHaveLength(0);

  const gone = "gone-1";
  const identities = [
    { kind: "push", address: gone },
    { kind: "webhook", address: "gone" },
    { kind: "email", address: `${gone}@example.cn` },
  ];
  await school.addUsers([{ userId: gone, identities }]);
  refuseAll();
  const both = await sendWith("both", gone);
  await school.completed(both);
  expect((await stepsOf(both)).sort()).toEqual(["0 failed", "0 failed", "1 accepted"]);
  expect(mailsTo(gone)).toHaveLength(1);
});

it("sends one fallback each, and none too many, when receipts and the timer race", async () => {
  const racers = await Promise.all(Array.from({ length: 40 }, givenUser));
  const id = await sendWith("undelivered", ...racers);
  await until(async () => new Set(await stepsOf(id)).size === 1 && (await stepsOf(id))[0] === "0 accepted");
  const first = await school.deliveriesOf(id);
  await Promise.all([timePasses(installation, 301), ...first.map(({ id: ref }) => pushed("delivered", ref))]);
  await school.completed(id);
  const deliveries = await school.deliveriesOf(id);
  for (const racer of racers) {
    const fallbacks = deliveries.filter(({ user, step }) => user?.userId === racer && step === 1);
    expect(fallbacks.length).toBeLessThanOrEqual(1);
    // One that was still to be sent when the receipt came has been withdrawn.
    const sent = fallbacks.filter(({ state }) => state !== "cancelled");
    expect(mailsTo(racer)).toHaveLength(sent.length);
  }
});

it("does not send the fallback of a cancelled message", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await school.reaches(id, "accepted");
  expect((await school.source("POST", `/v1/messages/${id}/cancellation`)).status).toBe(204);
  await timePasses(installation, 86_400);
  await roundsPass();
  expect(mailsTo(userId)).toHaveLength(0);
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
});

it("refuses a policy with typed addresses", async () => {
  const addresses = { kind: "addresses", addresses: [{ address: "device" }] };
  const answer = await school.trySend(
    messageTo(addresses, [], { channels: undefined, policy: policies.failed }),
  );
  expectProblem(answer, "invalid-input", 422);
});
