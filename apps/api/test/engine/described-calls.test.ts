import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/* A gateway of the tenant's own, that nobody wrote a plugin for: its calls are described in the channel's settings. */
let installation: Installation;
let simulator: RunningSimulator;
let school: School;
let open: Record<string, unknown>;
let secret: unknown;
beforeAll(async () => {
  installation = await startInstallation();
  simulator = await startSimulator("declarative-http", { receiptDelayMs: 20 });
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  ({ secret, ...open } = simulator.settings);
  const channel = await mustSucceed<SchoolChannel>(createChannel("gateway"));
  simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
});
afterAll(async () => {
  await simulator?.close();
  await installation?.stop();
});
afterEach(() => expectNothingLost(installation));

const createChannel = (code: string, settings = open) =>
  school.owner<SchoolChannel>("POST", "/v1/channels", {
    code,
    name: `网关 ${code}`,
    pluginId: "tidings/declarative-http",
    settings,
    secrets: { secret },
  });

const content = { http: { title: "通知", text: "{{content}}" } };

async function sendTo(...addresses: string[]): Promise<string> {
  await school.addUsers(
    addresses.map((address) => ({ userId: address, identities: [{ kind: "http", address }] })),
  );
  const id = await school.send(messageTo(users(...addresses), ["gateway"], { content }));
  await school.completed(id);
  return id;
}

const statesOf = async (id: string) =>
  new Map((await school.deliveriesOf(id)).map(({ address, state, reason }) => [address, reason ?? state]));

it("sends by a description, reads the answers by it, and the receipts", async () => {
  const id = await sendTo("wang", "li-gone", "zhao-off");
  const expected = new Map([
    ["wang", "delivered"],
    ["li-gone", "1001"],
    ["zhao-off", "FAILED"],
  ]);
  await until(async () => ((await statesOf(id)).get("zhao-off") === "FAILED" ? true : undefined));
  await until(async () => ((await statesOf(id)).get("wang") === "delivered" ? true : undefined));
  expect(await statesOf(id)).toEqual(expected);
  expect(simulator.received().map(({ to, text }) => [to, text])).toEqual(
    expect.arrayContaining([
      ["wang", "明天放假"],
      ["zhao-off", "明天放假"],
    ]),
  );
});

it("sends again what may have been sent, with the same key, where the gateway knows repeats", async () => {
  simulator.misbehave("drop", 1);
  await school.addUsers([{ userId: "sun", identities: [{ kind: "http", address: "sun" }] }]);
  const id = await school.send(messageTo(users("sun"), ["gateway"], { content }));
  await until(async () => {
    await timePasses(installation, 60);
    return (await statesOf(id)).get("sun") === "delivered" ? true : undefined;
  });
  expect(simulator.received().filter(({ to }) => to === "sun")).toHaveLength(1);
});

it("refuses a bad template when the channel is saved, at its field, and a bad pair when it is tested", async () => {
  const missing = await createChannel("missing", { ...open, auth: "basic" });
  expect([missing.status, missing.body]).toMatchObject([
    422,
    { errors: [{ pointer: "/settings/username" }] },
  ]);
  const bad = { ...open, body: '{"to":"{{adress}}"}', url: "https://{{address}}/", codePointer: "code" };
  const { status, body } = await createChannel("bad", bad);
  expect(status).toBe(422);
  const pointers = (body as unknown as { errors: { pointer: string }[] }).errors.map(
    ({ pointer }) => pointer,
  );
  expect(pointers.sort()).toEqual(["/settings/body", "/settings/codePointer", "/settings/url"]);
  const pair = await mustSucceed<SchoolChannel>(createChannel("pair", { ...open, successValues: "" }));
  const verified = await mustSucceed(school.owner("POST", `/v1/channels/${pair.id}/verifications`));
  expect(verified).toMatchObject({ ok: false, code: "half_success" });
});
