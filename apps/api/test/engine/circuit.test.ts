import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenEndpoint,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await givenEndpoint(installation, school);
});
afterAll(() => installation?.stop());
afterEach(async () => {
  installation.vendor.reset();
  await expectNothingLost(installation);
});

interface Circuit {
  state: string;
  cause: string | null;
  code: string | null;
  since: string | null;
  nextProbeAt: string | null;
}
const circuit = async () => {
  const path = `/v1/channels/${school.channels.courier.id}`;
  return (await mustSucceed<{ health: { circuit: Circuit } }>(school.owner("GET", path))).health.circuit;
};
const becomes = (state: string) =>
  until(async () => ((await circuit()).state === state ? circuit() : undefined));
const send = (count: number, prefix: string) =>
  school.send(
    messageTo(
      {
        kind: "addresses",
        addresses: Array.from({ length: count }, (_, index) => ({ address: `${prefix}-${index}` })),
      },
      ["courier"],
    ),
  );
const auditOf = async (action: string) => {
  const path = `/v1/audit-entries?action=${action}&subjectId=${school.channels.courier.id}`;
  return (await mustSucceed<{ items: { actor: object; after: object }[] }>(school.owner("GET", path))).items;
};

it("leaves a channel alone after five failures in a row, probes with one batch, and goes on when it is back", async () => {
  const { vendor } = installation;
  vendor.answer(() => ({ status: 404 }));
  const failing: string[] = [];
  for (let index = 0; index < 5; index++) failing.push(await send(1, `down-${index}`));
  const open = await becomes("open");
  expect(open).toMatchObject({ cause: "unreachable", code: "http_404" });
  expect(Date.parse(open.nextProbeAt ?? "")).toBeGreaterThan(Date.parse(open.since ?? ""));
  const calls = vendor.calls.length;
  const waiting = await send(500, "waiting");
  await timePasses(installation, 6);
  await until(() => vendor.calls.length > calls);
  await until(async () => (await circuit()).state === "open");
  expect(vendor.calls.length - calls).toBe(1);
  expect(Date.parse((await circuit()).since ?? "")).toBe(Date.parse(open.since ?? "") - 6_000);
  vendor.answer(() => ({ status: 200 }));
  await timePasses(installation, 60);
  await school.allCompleted([...failing, waiting]);
  expect(await circuit()).toMatchObject({ state: "closed", cause: null, nextProbeAt: null });
  expect((await school.message(waiting)).counts).toMatchObject({ targeted: 500, submitted: 500 });
  expect(await auditOf("channel.paused")).toMatchObject([
    { after: { cause: "unreachable", code: "http_404" } },
  ]);
  expect(await auditOf("channel.resumed")).toMatchObject([{ after: { cause: "unreachable" } }]);
});

it("gives no delivery up because of a channel that stays down for long", async () => {
  const { vendor } = installation;
  vendor.answer(() => ({ status: 401 }));
  const id = await send(1, "patient");
  for (let round = 1; round <= 10; round++) {
    await until(async () => (await school.timelineOf(id)).attemptCount === round);
    await becomes("open");
    await timePasses(installation, 61);
  }
  vendor.answer(() => ({ status: 200 }));
  await timePasses(installation, 61);
  await school.completed(id);
  expect(await school.timelineOf(id)).toMatchObject({ state: "accepted" });
});

it("lets a fallback go on after five minutes, and everything without one wait", async () => {
  const { vendor, mail } = installation;
  const { courier, mail: mailChannel } = school.channels;
  const address = "not-by-courier@example.cn";
  await school.addUsers([
    {
      userId: "stranded",
      identities: [
        { kind: "push", address: "device-stranded" },
        { kind: "email", address },
      ],
    },
  ]);
  const steps = [{ channelIds: [courier.id] }, { channelIds: [mailChannel.id], when: "failed" }];
  const policy = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/policies", { name: "失败补发邮件", steps }),
  );
  vendor.answer(() => ({ status: 401 }));
  const plain = await send(1, "without-fallback");
  await becomes("open");
  const id = await school.send({
    ...messageTo(users("stranded"), []),
    channels: undefined,
    policy: policy.id,
  });
  const mailed = () => mail.received().filter(({ to }) => to === address).length;
  await timePasses(installation, 240);
  expect(mailed()).toBe(0);
  await timePasses(installation, 61);
  await school.completed(id);
  expect(mailed()).toBe(1);
  const deliveries = await school.deliveriesOf(id);
  expect(deliveries.map(({ step, state, reason }) => ({ step, state, reason }))).toEqual([
    { step: 0, state: "failed", reason: "channel_down" },
    { step: 1, state: "accepted", reason: null },
  ]);
  expect(vendor.effects.size).toBe(0);
  expect((await school.message(plain)).state).toBe("sending");
  vendor.answer(() => ({ status: 200 }));
  await timePasses(installation, 61);
  await school.completed(plain);
});

it("tries a channel again at once when its settings were changed, or a test call passed", async () => {
  const { vendor } = installation;
  vendor.answer(({ headers }) => ({ status: headers.authorization === "Bearer right" ? 200 : 401 }));
  const id = await send(3, "mended");
  await becomes("open");
  const path = `/v1/channels/${school.channels.courier.id}`;
  await mustSucceed(school.owner("PATCH", path, { secrets: { token: "right" } }));
  await school.completed(id);
  expect(await circuit()).toMatchObject({ state: "closed" });
});

it("waits as long as the vendor asks, with everything of the channel, and without a line in the audit log", async () => {
  const { vendor } = installation;
  const before = (await auditOf("channel.paused")).length;
  let busy = 1;
  vendor.answer(() => ({ status: busy-- > 0 ? 429 : 200 }));
  const id = await send(1, "busy");
  expect(await becomes("open")).toMatchObject({ cause: "throttled", code: "busy" });
  const other = await send(1, "behind");
  await timePasses(installation, 10);
  await school.allCompleted([id, other]);
  await becomes("closed");
  expect(await auditOf("channel.paused")).toHaveLength(before);
});
