import { toUuid } from "@tidings/db";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  holdQueue,
  type Installation,
  messageTo,
  mustSucceed,
  releaseQueue,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { givenTelegraph } from "./telegraph.ts";

/*
 * A worker that was taken for lost, and whose call is answered after all.
 */
let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
});
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
});
afterEach(() => expectNothingLost(installation));
afterAll(() => installation?.stop());

/** Whether the late answer has been written down: before, the attempt counts as abandoned. */
async function isSettled(messageId: string): Promise<boolean> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ settled: boolean }]>`
      select exists(select from attempts a join chunks c on c.id = a.chunk_id
        where c.message_id = ${toUuid("message", messageId)} and a.ended_at is not null)
        and not exists(select from attempts a join chunks c on c.id = a.chunk_id
        where c.message_id = ${toUuid("message", messageId)} and a.outcome ? 'abandoned') as settled`,
  );
  return row.settled;
}

it("does not fail what another worker is sending right now", async () => {
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "webhook", address: "u-1" }] }]);
  const settings = { url: `${installation.vendor.url}/hook` };
  await mustSucceed(school.owner("PATCH", `/v1/channels/${school.channels.hook.id}`, { settings }));
  let calls = 0;
  installation.vendor.answer(() => ({ status: calls++ === 0 ? 429 : 200 }));
  const first = installation.vendor.hold();
  await holdQueue(installation);
  const id = await school.send(messageTo(users("u-1"), ["hook"]));
  await school.expanded(id);
  // Seven rounds have come to nothing before: a further one is the last.
  await installation.books.transaction(
    ({ sql }) => sql`update chunks set round_count = 7 where message_id = ${toUuid("message", id)}`,
  );
  await releaseQueue(installation);
  await first.arrived(1);
  const second = installation.vendor.hold();
  await timePasses(installation, 61);
  await second.arrived(1);
  first.open();
  await until(() => isSettled(id));
  second.open();
  await school.completed(id);
  expect((await school.timelineOf(id)).state).toBe("accepted");
});

it("says nothing of what stands between its own and was not in its call", async () => {
  const telegraph = await givenTelegraph(school);
  const addresses = Array.from({ length: 150 }, (_, index) => ({ address: `d-${index}` }));
  /** What the vendor has answered with 200. */
  const taken = new Set<string>();
  let middle: Set<string> | undefined;
  let isFirst = true;
  let isOpen = false;
  let word = "unanswered";
  const addressesOf = ({ body }: { body: string }) =>
    (JSON.parse(body) as { items: { to: string }[] }).items.map(({ to }) => to);
  telegraph.behave({
    sending: (call) => {
      const isMiddle = call.refs.some((ref) => middle?.has(ref)) || addressesOf(call).includes("d-50");
      if (isMiddle && isFirst) {
        isFirst = false;
        middle = new Set(call.refs);
        return "cut";
      }
      if (isMiddle || !isOpen) return { status: 429 };
      for (const ref of call.refs) taken.add(ref);
      return { status: 200 };
    },
    query: (ref) => ({ status: middle?.has(ref) ? word : "unanswered" }),
  });
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["telegraph"]));
  // Round 1: the vendor asks for a pause, but may have taken the fifty in the middle.
  await until(async () => (await school.message(id)).counts.unknown === 50);
  // Round 2: the first is left out, so the next round's batches are cut elsewhere.
  await mustSucceed(school.owner("POST", "/v1/suppressions", { kind: "push", address: "d-0" }));
  await until(async () => {
    await timePasses(installation, 3);
    return (await school.message(id)).counts.suppressed === 1;
  });
  // Round 3: one batch of d-1 … d-49 and d-100, which the vendor takes; its answer is late.
  const late = installation.vendor.hold();
  isOpen = true;
  await until(async () => {
    await timePasses(installation, 3);
    return taken.size > 0;
  });
  await late.arrived(1);
  installation.vendor.hold().open();
  expect([...taken].filter((ref) => middle?.has(ref))).toEqual([]);
  // Its worker is taken for lost; the vendor says that it never got those in the middle, so they are ready again.
  word = "not_found";
  await timePasses(installation, 61);
  await until(async () => (await school.message(id)).counts.unknown !== 50);
  await until(async () =>
    (await school.deliveriesOf(id)).some((one) => middle?.has(one.id) && one.state === "ready"),
  );
  late.open();
  await until(() => isSettled(id));
  const accepted = (await school.deliveriesOf(id)).filter(({ state }) => state === "accepted");
  const never = accepted.filter((one) => !taken.has(one.id));
  expect(never.map(({ address }) => address)).toEqual([]);
  await mustSucceed(school.owner("POST", `/v1/messages/${id}/cancellation`));
  telegraph.behave({ query: () => ({ status: "not_found" }) });
  await until(async () => {
    await timePasses(installation, 60);
    return (await school.message(id)).counts.unknown === 0;
  });
});
