import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
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

/* Vendors that send only as often as a user has consented, and push what users answer and take back. */
interface ConsentSimulator extends RunningSimulator {
  options: RunningSimulator["options"] & { pushHabit?: "twice" };
  templateIds: { oneTime?: string; subscription?: string; longTerm?: string };
  subscribe(openId: string, ...rest: unknown[]): void;
  unsubscribe(openId: string, templateId?: string): void;
}

interface Entry {
  address: string;
  subject: string;
  remaining: number;
}

const WANG = "oAllowing-wang";
const DATA = "thing1: 明天放假\ntime2: 2026年1月2日 08:00";

/** The plugins whose messages need consents, and how each says so. */
const VENDORS = [
  {
    plugin: "wechat-mini",
    kind: "wechat_mini",
    subjectOf: ({ templateIds }: ConsentSimulator) => templateIds.oneTime ?? "",
    contentOf: (templateId: string) => ({ templateId, data: DATA }),
    allow: (simulator: ConsentSimulator, subject: string) => simulator.subscribe(WANG, subject),
  },
  {
    plugin: "wechat-official",
    kind: "wechat_official",
    subjectOf: ({ templateIds }: ConsentSimulator) => templateIds.subscription ?? "",
    contentOf: (subscriptionId: string) => ({ subscriptionId, data: DATA }),
    allow: (simulator: ConsentSimulator) => simulator.subscribe(WANG),
  },
];

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation?.stop());

describe.each(VENDORS)("consents of $plugin", ({ plugin, kind, subjectOf, contentOf, allow }) => {
  let simulator: ConsentSimulator;
  let school: School;
  let channel: SchoolChannel;
  let policyId: string;
  let subject: string;
  /** The vendor counts in whole seconds: each answer of a user comes in another one. */
  let secondsAhead = 0;

  beforeEach(async () => {
    simulator = (await startSimulator(plugin, {
      receiptDelayMs: 5,
      retryDelaysMs: [50, 100],
      now: () => Date.now() + secondsAhead * 1000,
    })) as ConsentSimulator;
    for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
    school = await givenSchool(installation);
    const { appSecret, pushToken, encodingAesKey, ...settings } = simulator.settings;
    channel = await mustSucceed<SchoolChannel>(
      school.owner("POST", "/v1/channels", {
        code: "asking",
        name: "要授权的通道",
        pluginId: `tidings/${plugin}`,
        settings,
        secrets: { appSecret, pushToken, encodingAesKey },
      }),
    );
    await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
    simulator.options.receiptsUrl = channel.receiptsUrl ?? "";
    subject = subjectOf(simulator);
    const steps = [
      { channelIds: [channel.id] },
      { channelIds: [school.channels.mail.id], when: "undelivered", afterSeconds: 300 },
    ];
    policyId = (
      await mustSucceed<{ id: string }>(school.owner("POST", "/v1/policies", { name: "再邮件", steps }))
    ).id;
    const identities = [
      { kind, address: WANG },
      { kind: "email", address: "wang-allowing@example.cn" },
    ];
    await school.addUsers([{ userId: "wang", identities }]);
  });
  afterEach(async () => {
    await expectNothingLost(installation);
    await simulator.close();
  });

  const consents = async (query = "") =>
    (
      await mustSucceed<{ items: Entry[] }>(
        school.owner("GET", `/v1/channels/${channel.id}/allowances${query}`),
      )
    ).items;
  const remaining = async () => (await consents())[0]?.remaining;
  const isLeft = (count: number | undefined) => until(async () => (await remaining()) === count);

  function consent(): void {
    secondsAhead++;
    allow(simulator, subject);
  }

  const message = (content: object = { consent: "one_time" }) =>
    messageTo(users("wang"), [], {
      channels: undefined,
      policy: policyId,
      content: {
        [kind]: { ...contentOf(subject), ...content },
        email: { subject: "明天放假", text: "明天放假" },
      },
    });
  const begin = (content?: object) => school.send(message(content));

  /** Sends, and says what became of each step. */
  async function fate(content?: object): Promise<string[]> {
    const id = await begin(content);
    await school.completed(id);
    return (await school.deliveriesOf(id))
      .map(({ step, state, reason }) => `${step} ${state} ${reason}`)
      .sort();
  }

  const LEFT_OUT = ["0 suppressed no_allowance", "1 accepted null"];
  const arrivedCount = () => simulator.received().length;

  it("sends one message for a consent, and the fallback at once for the next", async () => {
    consent();
    await isLeft(1);
    expect(await fate()).toEqual(["0 delivered null"]);
    expect(await consents()).toMatchObject([{ address: WANG, subject, remaining: 0 }]);
    expect(await fate()).toEqual(LEFT_OUT);
    expect(arrivedCount()).toBe(1);
  });

  it("foretells whom a message will not reach for want of a consent, and by which step it goes", async () => {
    await fate();
    const explained = await mustSucceed<{
      steps: { channels: { suppressed: { reason: string; count: number }[] }[] }[];
      recipients: { reached: number };
    }>(school.source("POST", "/v1/messages/explain", message()));
    expect(JSON.stringify(explained.steps[0])).toContain("no_allowance");
    expect(explained.recipients.reached).toBe(1);
    consent();
    await isLeft(1);
    const again = await mustSucceed<object>(school.source("POST", "/v1/messages/explain", message()));
    expect(JSON.stringify(again)).not.toContain("no_allowance");
  });

  it("lets the vendor decide of whom it knows nothing, and believes that none is left", async () => {
    expect(await consents()).toEqual([]);
    expect(await fate()).toEqual(["0 failed 43101", "1 accepted null"]);
    expect(await consents()).toMatchObject([{ subject, remaining: 0 }]);
    expect(await fate()).toEqual(LEFT_OUT);
    consent();
    await isLeft(1);
    expect(await fate()).toEqual(["0 delivered null"]);
  });

  it("counts a push once that comes twice", async () => {
    simulator.options.pushHabit = "twice";
    consent();
    await isLeft(1);
    consent();
    await isLeft(2);
    expect(await fate()).toEqual(["0 delivered null"]);
    expect(await remaining()).toBe(1);
  });

  it("sends nothing more once the user has taken the consent back", async () => {
    consent();
    consent();
    await isLeft(2);
    secondsAhead++;
    simulator.unsubscribe(WANG, subject);
    await isLeft(0);
    expect(await fate()).toEqual(LEFT_OUT);
  });

  it("gives the last consent to one of two messages", async () => {
    consent();
    await isLeft(1);
    const ids = await Promise.all([begin(), begin()]);
    for (const id of ids) await school.completed(id);
    const first = (await Promise.all(ids.map((id) => school.deliveriesOf(id)))).map(
      (deliveries) => deliveries.find(({ step }) => step === 0)?.state,
    );
    expect(first.sort()).toEqual(["delivered", "suppressed"]);
    expect(arrivedCount()).toBe(1);
  });

  it("gives a consent back for what the vendor refuses for another reason", async () => {
    consent();
    await isLeft(1);
    const [first] = await fate({ consent: "one_time", data: "thing1: 明天放假" });
    expect(first).toBe("0 failed 47003");
    expect(await remaining()).toBe(1);
    expect(await fate()).toEqual(["0 delivered null"]);
  });

  it("does not give it back for what may have been sent", async () => {
    consent();
    await isLeft(1);
    simulator.misbehave("drop", 1);
    const content = { [kind]: { ...contentOf(subject), consent: "one_time" } };
    const id = await school.send(messageTo(users("wang"), ["asking"], { content }));
    await school.completed(id);
    expect((await school.message(id)).counts.unknown).toBe(1);
    expect(await remaining()).toBe(0);
  });

  it.each([undefined, "long_term"])("counts nothing where the template says %s", async (kindOfConsent) => {
    const content = kindOfConsent ? { consent: kindOfConsent } : {};
    expect((await fate(content))[0]).toBe("0 failed 43101");
    expect(await consents()).toEqual([]);
  });
});

describe("what sources tell of consents", () => {
  let school: School;
  let channel: SchoolChannel;
  beforeEach(async () => {
    school = await givenSchool(installation);
    const settings = { endpoint: "http://127.0.0.1:9", appId: "wx0123456789abcdef" };
    channel = await mustSucceed<SchoolChannel>(
      school.owner("POST", "/v1/channels", {
        code: "mini",
        name: "小程序",
        pluginId: "tidings/wechat-mini",
        settings,
        secrets: { appSecret: "secret" },
      }),
    );
  });

  const grantChannel = () =>
    mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  const tell = (changes: object[], channelId = channel.id, as = school.source) =>
    as("POST", `/v1/channels/${channelId}/allowances`, { changes });
  const granted = { id: "answer-1", address: WANG, subject: "tpl-1", change: "granted" };
  const list = async (query = "") =>
    mustSucceed<{ items: Entry[]; nextCursor: string | null }>(
      school.owner("GET", `/v1/channels/${channel.id}/allowances${query}`),
    );

  it("records a change once, however often it is told, and in any order", async () => {
    await grantChannel();
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 8, 0, second)).toISOString();
    const first = await tell([
      { ...granted, count: 2, at: at(1) },
      { ...granted, id: "answer-3", at: at(3) },
    ]);
    expect([first.status, first.body]).toEqual([200, { recordedCount: 2, repeatedCount: 0 }]);
    const second = await tell([
      { ...granted, count: 2, at: at(1) },
      { ...granted, id: "answer-2", change: "withdrawn", at: at(2) },
    ]);
    expect(second.body).toEqual({ recordedCount: 1, repeatedCount: 1 });
    expect((await list()).items).toMatchObject([{ address: WANG, subject: "tpl-1", remaining: 1 }]);
    // Told late, and over before the withdrawal.
    await tell([{ ...granted, id: "answer-0", at: at(0) }]);
    expect((await list()).items).toMatchObject([{ remaining: 1 }]);
  });

  it("lists by address, subject and what is left, page by page", async () => {
    await grantChannel();
    const changes = ["a", "b", "c"].map((one) => ({
      ...granted,
      id: one,
      address: `oAllowing-${one}`,
      change: one === "b" ? "withdrawn" : "granted",
    }));
    await mustSucceed(tell(changes));
    const page = await list("?limit=2");
    expect(page.items).toHaveLength(2);
    const next = await list(`?limit=2&cursor=${page.nextCursor}`);
    expect([...page.items, ...next.items].map(({ address }) => address).sort()).toEqual([
      "oAllowing-a",
      "oAllowing-b",
      "oAllowing-c",
    ]);
    expect((await list("?state=none")).items).toMatchObject([{ address: "oAllowing-b" }]);
    expect((await list("?address=oAllowing-c&subject=tpl-1")).items).toMatchObject([{ remaining: 1 }]);
    expect((await list("?subject=tpl-2")).items).toEqual([]);
  });

  it("masks addresses for those who may not change users", async () => {
    await mustSucceed(tell([granted], channel.id, school.owner));
    const path = `/v1/channels/${channel.id}/allowances`;
    const { items } = await mustSucceed<{ items: Entry[] }>(school.reviewer("GET", path));
    expect(items).toMatchObject([{ address: "oA***" }]);
    expect((await tell([granted], channel.id, school.reviewer)).status).toBe(403);
  });

  it("takes nothing from a source that may not use the channel, nor from another tenant", async () => {
    expect((await tell([granted])).status).toBe(404);
    const other = await givenSchool(installation);
    expect((await tell([granted], channel.id, other.owner)).status).toBe(404);
    expect((await list()).items).toEqual([]);
  });

  it("says what is wrong with what is told, and keeps none of it", async () => {
    await grantChannel();
    const wrong = await tell([granted, { ...granted, id: "2", address: "王" }]);
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/changes/1/address", code: "not_an_address" }] },
    });
    expect((await tell([{ ...granted, at: "2999-01-01T00:00:00Z" }])).status).toBe(422);
    expect((await tell([{ ...granted, change: "withdrawn", count: 2 }])).status).toBe(422);
    expect((await tell([])).status).toBe(422);
    expect((await list()).items).toEqual([]);
    const ofMail = await tell([granted], school.channels.mail.id);
    expect(ofMail).toMatchObject({ status: 409, body: { code: "no-allowances" } });
  });
});
