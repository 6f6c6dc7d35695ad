import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
afterAll(() => installation?.stop());
beforeEach(async () => {
  school = await givenSchool(installation);
});

const givenPrice = (code: "sms" | "courier" | "mail", amount: string, currency = "CNY") =>
  mustSucceed(
    school.owner("PATCH", `/v1/channels/${school.channels[code].id}`, { price: { amount, currency } }),
  );

interface Explained {
  cost: {
    totals: { currency: string; amount: string; atMost: string }[];
    unpriced: { id: string }[];
    isExact: boolean;
  };
  steps: { channels: { cost: { units: number; cost: object; unit: object; isExact: boolean } | null }[] }[];
  approval: object[];
}

const explained = (body: object, as = school.source) =>
  mustSucceed<Explained>(as("POST", "/v1/messages/explain", body));

/** Users with a phone each, and an attribute of so many characters. */
const addUsers = (prefix: string, lengths: number[]) =>
  school.addUsers(
    lengths.map((length, index) => ({
      userId: `${prefix}-${index}`,
      tags: [prefix],
      attributes: { note: "课".repeat(length) },
      identities: [{ kind: "sms", address: newPhone() }],
    })),
  );

const TO_EACH = {
  content: { sms: { templateCode: "SMS_100003", text: "【通知】{{user_note}}" } },
  variables: {},
};

describe("the cost of a message that is not sent yet", () => {
  it("is unknown without a price, and not said to be nothing", async () => {
    await addUsers("a", [1]);
    const { cost, steps } = await explained(messageTo(users("a-0"), ["sms"]));
    expect(cost).toEqual({
      totals: [],
      unpriced: [{ id: school.channels.sms.id, name: expect.any(String) }],
      isExact: true,
    });
    expect(steps[0]?.channels[0]?.cost).toBeNull();
  });

  it("is exact where every message says the same", async () => {
    await givenPrice("sms", "0.045");
    await addUsers("a", [1, 1, 1]);
    // 10 characters of the school's are counted with it.
    const body = messageTo({ kind: "all" }, ["sms"], { variables: { content: "课".repeat(61) } });
    const { cost, steps } = await explained(body);
    expect(steps[0]?.channels[0]?.cost).toEqual({
      units: 6,
      unit: { zh: "计费条", en: "segment" },
      cost: { amount: "0.27", currency: "CNY" },
      isExact: true,
    });
    expect(cost).toEqual({
      totals: [{ currency: "CNY", amount: "0.27", atMost: "0.27" }],
      unpriced: [],
      isExact: true,
    });
  });

  it("counts the text of each recipient, and only of those whom it is sent to", async () => {
    await givenPrice("sms", "0.01");
    await addUsers("a", [1, 61, 200]);
    await school.addUsers([{ userId: "a-none", tags: ["a"], attributes: { note: "课".repeat(500) } }]);
    const answer = await explained(messageTo({ kind: "tags", any: ["a"] }, ["sms"], TO_EACH));
    // 11, 71 and 210 characters.
    expect(answer.steps[0]?.channels[0]?.cost).toMatchObject({ units: 1 + 2 + 4, isExact: true });
    expect(answer.cost).toMatchObject({ totals: [{ amount: "0.07" }], isExact: true });
  });

  it("counts some of many texts for all of them, and says so", async () => {
    await givenPrice("sms", "0.01");
    // Half of them are two units long.
    await addUsers(
      "many",
      Array.from({ length: 600 }, (_, index) => (index % 2 === 0 ? 1 : 61)),
    );
    const answer = await explained(messageTo({ kind: "tags", any: ["many"] }, ["sms"], TO_EACH));
    const { units = 0, isExact } = answer.steps[0]?.channels[0]?.cost ?? {};
    expect(isExact).toBe(false);
    expect(answer.cost.isExact).toBe(false);
    // 900 in truth; of 200 that are drawn at random, 60 to 140 are long in all but one case of hundred million.
    expect(units).toBeGreaterThanOrEqual(600 + 180);
    expect(units).toBeLessThanOrEqual(600 + 420);
  });

  it("counts the rows' own variables of typed addresses", async () => {
    await givenPrice("sms", "0.01");
    const addresses = [1, 61].map((length) => ({
      address: newPhone(),
      variables: { content: "课".repeat(length) },
    }));
    const body = messageTo({ kind: "addresses", addresses }, ["sms"], { variables: {} });
    expect((await explained(body)).cost).toMatchObject({ totals: [{ amount: "0.03" }], isExact: true });
  });

  it("has what fallbacks would cost at most, and names what has no price", async () => {
    await givenPrice("courier", "0.1");
    await givenPrice("sms", "0.05");
    const identities = (index: number) => [
      { kind: "push", address: `device-${index}` },
      { kind: "sms", address: newPhone() },
    ];
    await school.addUsers([
      { userId: "both-1", identities: identities(1) },
      { userId: "both-2", identities: identities(2) },
      { userId: "sms-only", identities: [{ kind: "sms", address: newPhone() }] },
      { userId: "nothing" },
    ]);
    const steps = [
      { channelIds: [school.channels.courier.id] },
      { channelIds: [school.channels.sms.id, school.channels.mail.id], when: "unread", afterSeconds: 300 },
    ];
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", { name: "补发", steps }),
    );
    const body = messageTo({ kind: "all" }, [], { policy: policy.id, channels: undefined });
    const { cost } = await explained(body);
    // Two by the courier and one by SMS at once; two more by SMS if nobody reads it.
    expect(cost).toMatchObject({
      totals: [{ currency: "CNY", amount: "0.25", atMost: "0.35" }],
      unpriced: [{ id: school.channels.mail.id }],
    });
  });

  it("never adds up what is in different currencies", async () => {
    await givenPrice("courier", "0.1");
    await givenPrice("sms", "0.01", "USD");
    await school.addUsers([
      {
        userId: "u",
        identities: [
          { kind: "push", address: "d" },
          { kind: "sms", address: newPhone() },
        ],
      },
    ]);
    const { cost } = await explained(messageTo(users("u"), ["courier", "sms"]));
    expect(cost.totals).toMatchObject([
      { currency: "CNY", amount: "0.10" },
      { currency: "USD", amount: "0.01" },
    ]);
  });
});

describe("an approval flow that asks for what costs much", () => {
  const givenFlow = (minimumCost: object | null) =>
    mustSucceed<{ conditions: object }>(
      school.owner("PUT", "/v1/approval-flow", {
        name: "审核",
        state: "on",
        conditions: { sourceIds: [school.sourceId], composed: true, minimumCost },
        levels: [{ name: "一级", roleIds: [school.roleIds.reviewer], mode: "any" }],
      }),
    );
  const courierTo = (count: number) =>
    messageTo(users(...Array.from({ length: count }, (_, index) => `d-${index}`)), ["courier"]);
  const outcomeOf = async (body: object) => {
    const { outcome } = await mustSucceed<{ outcome: string }>(school.source("POST", "/v1/messages", body));
    const levels = (await explained(body)).approval.length;
    return [outcome, levels];
  };

  beforeEach(async () => {
    await school.addUsers(
      Array.from({ length: 10 }, (_, index) => ({
        userId: `d-${index}`,
        identities: [{ kind: "push", address: `d-${index}` }],
      })),
    );
    await givenPrice("courier", "0.5");
  });

  it("lets what costs less go, and holds what costs as much", async () => {
    const flow = await givenFlow({ amount: "5", currency: "CNY" });
    expect(flow.conditions).toMatchObject({ minimumCost: { amount: "5.00", currency: "CNY" } });
    expect(await outcomeOf(courierTo(9))).toEqual(["accepted", 0]);
    expect(await outcomeOf(courierTo(10))).toEqual(["awaiting_approval", 1]);
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const later = { ...courierTo(9), schedule: { at: inAnHour, timeZone: "Asia/Shanghai" } };
    expect(await outcomeOf(later)).toEqual(["scheduled", 0]);
  });

  it("holds what cannot be compared with it, and not what has no price", async () => {
    await givenFlow({ amount: "5", currency: "USD" });
    expect(await outcomeOf(courierTo(1))).toEqual(["awaiting_approval", 1]);
    await mustSucceed(school.owner("PATCH", `/v1/channels/${school.channels.courier.id}`, { price: null }));
    expect(await outcomeOf(courierTo(10))).toEqual(["accepted", 0]);
  });

  it("counts every fallback that could be needed", async () => {
    await givenFlow({ amount: "5.4", currency: "CNY" });
    await givenPrice("sms", "0.05");
    await school.addUsers(
      Array.from({ length: 10 }, (_, index) => ({
        userId: `d-${index}`,
        identities: [
          { kind: "push", address: `d-${index}` },
          { kind: "sms", address: newPhone() },
        ],
      })),
    );
    expect(await outcomeOf(courierTo(10))).toEqual(["accepted", 0]);
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", {
        name: "补发",
        steps: [
          { channelIds: [school.channels.courier.id] },
          { channelIds: [school.channels.sms.id], when: "unread", afterSeconds: 300 },
        ],
      }),
    );
    const body = { ...courierTo(10), channels: undefined, policy: policy.id };
    expect(await outcomeOf(body)).toEqual(["awaiting_approval", 1]);
  });

  it("asks for everything of its sources without an amount", async () => {
    await givenFlow(null);
    expect(await outcomeOf(courierTo(1))).toEqual(["awaiting_approval", 1]);
  });
});
