import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type CapturedLog,
  captureLog,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
  users,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

/** The simulator of the channel whose vendor gives tokens. */
interface TokenSimulator extends RunningSimulator {
  revokeToken(): void;
}

let log: CapturedLog;
let installation: Installation;
let simulator: TokenSimulator;
let school: School;
let channel: SchoolChannel;

beforeAll(async () => {
  log = captureLog();
  installation = await startInstallation({ logger: log.logger });
});
afterAll(() => installation?.stop());

beforeEach(async () => {
  simulator = (await startSimulator("wecom")) as TokenSimulator;
  for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
  school = await givenSchool(installation);
  const { secret, ...settings } = simulator.settings;
  channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "wecom",
      name: "企业微信",
      pluginId: "tidings/wecom",
      settings,
      secrets: { secret },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  await school.addUsers(
    ["wang", "li", "zhao-gone"].map((userId) => ({
      userId,
      identities: [{ kind: "wecom", address: userId }],
    })),
  );
});
afterEach(async () => {
  await expectNothingLost(installation);
  await simulator.close();
});

const send = (text: string, ...userIds: string[]) =>
  school.send(messageTo(users(...userIds), ["wecom"], { content: { wecom: { text } } }));

const arrived = () => simulator.received().map(({ to, text }) => `${to}: ${text}`);

it("sends through a channel whose vendor gives tokens, names who cannot be reached, and takes back", async () => {
  const id = await send("明天放假", "wang", "li", "zhao-gone");
  expect((await school.completed(id)).counts).toMatchObject({ submitted: 2, failed: 1 });
  expect(arrived().sort()).toEqual(["li: 明天放假", "wang: 明天放假"]);
  const failed = (await school.deliveriesOf(id)).find(({ state }) => state === "failed");
  expect(failed).toMatchObject({ address: "zhao-gone", reason: "invalid_user" });
  await mustSucceed(school.source("POST", `/v1/messages/${id}/recall`));
  await until(() => arrived().length === 0);
  await until(async () => (await school.message(id)).counts.recalled === 2);
});

it("takes back one of two messages with the same content, although they may be sent together", async () => {
  const [one, other] = await Promise.all([send("明天放假", "wang"), send("明天放假", "li")]);
  await school.allCompleted([one, other]);
  await mustSucceed(school.source("POST", `/v1/messages/${one}/recall`));
  await until(async () => (await school.message(one)).counts.recalled === 1);
  expect(arrived()).toEqual(["li: 明天放假"]);
});

it("sends once what the vendor had refused for its token", async () => {
  await school.completed(await send("第一封", "wang"));
  simulator.revokeToken();
  const id = await send("第二封", "wang", "li");
  expect((await school.completed(id)).counts).toMatchObject({ submitted: 2 });
  expect(arrived().sort()).toEqual(["li: 第二封", "wang: 第一封", "wang: 第二封"]);
});

it("stops the channel with the vendor's words when the secret is wrong, and goes on when it is mended", async () => {
  const path = `/v1/channels/${channel.id}`;
  const { secret } = simulator.settings;
  await mustSucceed(school.owner("PATCH", path, { secrets: { secret: "not-the-secret-of-the-app" } }));
  const id = await send("明天放假", "wang");
  const circuitOf = async () =>
    (await mustSucceed<{ health: { circuit: { state: string } } }>(school.owner("GET", path))).health.circuit;
  await until(async () => (await circuitOf()).state === "open");
  expect(await circuitOf()).toMatchObject({ cause: "refused", code: "40001" });
  expect(JSON.stringify(await circuitOf())).toContain("invalid credential");
  expect(arrived()).toEqual([]);
  await mustSucceed(school.owner("PATCH", path, { secrets: { secret } }));
  await school.completed(id);
  expect(arrived()).toEqual(["wang: 明天放假"]);
});

it("leaves no token and no secret in the log or in the clear", async () => {
  await school.completed(await send("明天放假", "wang"));
  const { endpoint, corpId, secret } = simulator.settings;
  const params = new URLSearchParams({ corpid: String(corpId), corpsecret: String(secret) });
  const answer = await fetch(`${endpoint}/cgi-bin/gettoken?${params}`);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const rows = await installation.books.transaction(
    ({ sql }) => sql<{ ciphertext: Buffer }[]>`select ciphertext from access_tokens`,
  );
  expect(rows.length).toBeGreaterThan(0);
  const stored = rows.map(({ ciphertext }) => Buffer.from(ciphertext).toString("latin1")).join();
  const said = `${log.lines.join()}${stored}`;
  expect(said).not.toContain(token);
  expect(said).not.toContain(String(secret));
});
