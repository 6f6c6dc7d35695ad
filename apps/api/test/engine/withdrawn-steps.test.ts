import { beforeAll, expect, it } from "vitest";
import {
  holdQueue,
  mustSucceed,
  pausesPass,
  releaseQueue,
  type SchoolChannel,
  timePasses,
  until,
} from "../harness/index.ts";
import {
  flowOf,
  givenFallbackScene,
  givenUser,
  installation,
  mailsTo,
  policies,
  pushed,
  roundsPass,
  school,
  sendWith,
  stepsOf,
} from "./fallback-scene.ts";

givenFallbackScene();
beforeAll(async () => {
  const { id: second } = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "courier2",
      name: "第二信使",
      pluginId: "test/courier",
      settings: { url: installation.vendor.url },
      secrets: { token: "courier-token" },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${second}`));
  const save = async (name: string, when: string) => {
    const steps = [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [second], when, afterSeconds: 300 },
    ];
    policies[name] = (
      await mustSucceed(school.owner<{ id: string }>("POST", "/v1/policies", { name, steps }))
    ).id;
  };
  await save("couriers", "undelivered");
  await save("unreadCouriers", "unread");
});

it("tries a step no further that fails for the time being when an earlier one has reached the user meanwhile", async () => {
  const userId = await givenUser();
  const id = await sendWith("couriers", userId);
  const { id: ref } = await school.reaches(id, "accepted");
  const gate = installation.vendor.hold();
  installation.vendor.answer(() => ({ status: 500 }));
  await timePasses(installation, 301);
  await gate.arrived(1);
  await pushed("delivered", ref);
  await until(async () => (await flowOf(userId))?.state === "satisfied");
  gate.open();
  await until(async () => (await stepsOf(id)).join() === "0 delivered,1 cancelled");
  await pausesPass(installation, 3600);
  await school.completed(id);
  expect(await school.timelineOf(id, 1)).toMatchObject({ state: "cancelled", attemptCount: 1 });
  expect(await flowOf(userId)).toEqual({ state: "satisfied", step: 1, wasted: 0 });
});

it.each([
  { policy: "couriers", type: "delivered", end: "1 cancelled" },
  { policy: "unreadCouriers", type: "delivered", end: "1 accepted" },
  { policy: "unreadCouriers", type: "read", end: "1 cancelled" },
])("tries a step again, or not, by news that nobody has judged yet: $policy, $type", async (given) => {
  const userId = await givenUser();
  const id = await sendWith(given.policy, userId);
  const { id: ref } = await school.reaches(id, "accepted");
  installation.vendor.answer(() => ({ status: 500 }));
  await timePasses(installation, 301);
  await until(async () => (await school.timelineOf(id, 1).catch(() => undefined))?.attemptCount === 1);
  await query(`create function judge_nothing() returns trigger language plpgsql as $$ begin
      if new.state = 'satisfied' then raise exception 'not judged'; end if; return new; end $$;
    create trigger judge_nothing before update on flows for each row execute function judge_nothing()`);
  await pushed(given.type, ref);
  installation.vendor.answer(() => ({ status: 200 }));
  await until(async () => {
    await pausesPass(installation, 3600);
    return !(await stepsOf(id)).includes("1 ready");
  });
  await query("drop function judge_nothing cascade");
  expect(await stepsOf(id)).toEqual(["0 delivered", given.end]);
  if (given.end === "1 accepted") return;
  expect(await school.timelineOf(id, 1)).toMatchObject({ reason: "reached_earlier", attemptCount: 1 });
  await school.completed(id);
  expect(await flowOf(userId)).toEqual({ state: "satisfied", step: 1, wasted: 0 });
});

it("completes a message whose last step is withdrawn while its channel is down", async () => {
  const id = await sendWith("couriers", await givenUser());
  const { id: ref } = await school.reaches(id, "accepted");
  // The second channel refuses its settings from now on.
  installation.vendor.answer(() => ({ status: 401 }));
  await timePasses(installation, 301);
  await until(async () => (await stepsOf(id)).length === 2 && (await isSecondDown()));
  await pushed("delivered", ref);
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 delivered", "1 cancelled"]);
});

it("sends no queued step to whom an earlier one has reached during the pause, when its message goes on", async () => {
  const [reached, other] = [await givenUser(), await givenUser()];
  const id = await sendWith("undelivered", reached, other);
  await until(async () => (await stepsOf(id)).join() === "0 accepted,0 accepted");
  const first = await school.deliveriesOf(id);
  await holdQueue(installation);
  await timePasses(installation, 301);
  await until(async () => (await stepsOf(id)).filter((step) => step === "1 ready").length === 2);
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/pause`));
  await releaseQueue(installation);
  await pushed("delivered", first.find(({ user }) => user?.userId === reached)?.id ?? "");
  await until(async () => (await stepsOf(id)).includes("1 cancelled"));
  expect((await school.message(id)).state).toBe("paused");
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/resumption`));
  await school.completed(id);
  expect(mailsTo(reached)).toHaveLength(0);
  expect(mailsTo(other)).toHaveLength(1);
});

it("takes no next step while its message is paused, and takes it when that goes on", async () => {
  const userId = await givenUser();
  const id = await sendWith("undelivered", userId);
  await school.reaches(id, "accepted");
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/pause`));
  await timePasses(installation, 301);
  await roundsPass();
  expect(await stepsOf(id)).toEqual(["0 accepted"]);
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/resumption`));
  await school.completed(id);
  expect(await stepsOf(id)).toEqual(["0 accepted", "1 accepted"]);
  expect(mailsTo(userId)).toHaveLength(1);
});

const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text));

async function isSecondDown(): Promise<boolean> {
  const rows = await installation.books.transaction(
    ({ sql }) => sql`select from channel_circuits where state <> 'closed'`,
  );
  return rows.length > 0;
}
