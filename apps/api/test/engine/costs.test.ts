import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import { givenTelegraph, type Telegraph } from "./telegraph.ts";

let installation: Installation;
let school: School;
let telegraph: Telegraph;
beforeAll(async () => {
  installation = await startInstallation({});
});
afterAll(() => installation?.stop());
beforeEach(async () => {
  installation.vendor.reset();
  school = await givenSchool(installation);
  telegraph = await givenTelegraph(school);
  await school.addUsers(
    ["u-1", "u-2", "u-3"].map((userId) => ({ userId, identities: [{ kind: "push", address: userId }] })),
  );
});
// The books agree after every test: rows, roll-ups by message and by hour.
afterEach(() => expectNothingLost(installation));

interface Money {
  amount: string;
  currency: string;
}
interface Costly {
  units: number;
  cost: Money[];
}

const yuan = (amount: string): Money => ({ amount, currency: "CNY" });

const setPrice = (channel: { id: string }, price: Money | null, as = school.owner) =>
  as("PATCH", `/v1/channels/${channel.id}`, { price });

const givenPrice = (channel: { id: string }, price: Money | null) => mustSucceed(setPrice(channel, price));

/** Texts of the school are "【知行学校】【通知】" and what is said: 10 characters more. */
const saying = (length: number) => ({ address: newPhone(), variables: { content: "课".repeat(length) } });

const sendTexts = async (...lengths: number[]): Promise<string> => {
  const audience = { kind: "addresses", addresses: lengths.map(saying) };
  const id = await school.send(messageTo(audience, ["sms"], { variables: {} }));
  await school.completed(id);
  return id;
};

const costsOf = async (id: string) => {
  const message = await mustSucceed<{ cost: Money[]; steps: { channels: Costly[] }[] }>(
    school.owner("GET", `/v1/messages/${id}`),
  );
  const { items } = await mustSucceed<{ items: { units: number | null; cost: Money | null }[] }>(
    school.owner("GET", `/v1/messages/${id}/deliveries`),
  );
  const [channel] = message.steps[0]?.channels ?? [];
  return {
    cost: message.cost,
    units: channel?.units,
    deliveries: items.map(({ units, cost }) => [units, cost?.amount ?? null]),
  };
};

const funnelBy = async (groupBy: string) => {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return mustSucceed<{ cost: Money[]; items: (Costly & { key: string | null; label: string | null })[] }>(
    school.owner("GET", `/v1/statistics/funnel?from=${today}&to=${today}&groupBy=${groupBy}`),
  );
};

describe("what was sent", () => {
  it("costs what the vendor's units cost, counted with the signature", async () => {
    await givenPrice(school.channels.sms, yuan("0.045"));
    // 70 and 71 characters, and 134 and 135.
    const id = await sendTexts(60, 61, 124, 125);
    expect(await costsOf(id)).toEqual({
      cost: [yuan("0.36")],
      units: 8,
      deliveries: [
        [1, "0.045"],
        [2, "0.09"],
        [2, "0.09"],
        [3, "0.135"],
      ],
    });
  });

  it("costs nothing that anybody knows of without a price", async () => {
    const id = await sendTexts(60);
    expect(await costsOf(id)).toEqual({ cost: [], units: 0, deliveries: [[null, null]] });
    expect((await funnelBy("day")).cost).toEqual([]);
  });

  it("keeps the price of its time, each currency by itself", async () => {
    await givenPrice(school.channels.sms, yuan("0.05"));
    const before = await sendTexts(1);
    await givenPrice(school.channels.sms, { amount: "0.007", currency: "USD" });
    const after = await sendTexts(1, 1);
    await givenPrice(school.channels.sms, null);
    await sendTexts(1);
    expect((await costsOf(before)).cost).toEqual([yuan("0.05")]);
    expect((await costsOf(after)).cost).toEqual([{ amount: "0.014", currency: "USD" }]);
    const { cost, items } = await funnelBy("channel");
    expect(cost).toEqual([yuan("0.05"), { amount: "0.014", currency: "USD" }]);
    expect(items).toMatchObject([{ key: school.channels.sms.id, units: 3, cost }]);
  });

  it("is added up by source, channel and template, before and after compaction", async () => {
    await givenPrice(school.channels.courier, yuan("0.01"));
    const { id: templateId } = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/templates", { code: "costly", name: "收费通知" }),
    );
    await mustSucceed(
      school.owner("POST", `/v1/templates/${templateId}/versions`, {
        variables: [],
        renderings: { push: { text: "请缴费" } },
      }),
    );
    await mustSucceed(school.owner("POST", `/v1/templates/${templateId}/versions/1/publication`));
    const id = await school.send({
      audience: users("u-1", "u-2"),
      channels: ["courier"],
      template: "costly",
    });
    await school.completed(id);
    await school.completed(await school.send(messageTo(users("u-3"), ["courier"])));
    const byTemplate = async () =>
      (await funnelBy("template")).items.map(({ key, label, units, cost }) => [key, label, units, cost]);
    const expected = [
      [templateId, "收费通知", 2, [yuan("0.02")]],
      [null, null, 1, [yuan("0.01")]],
    ];
    expect(await byTemplate()).toEqual(expected);
    await until(async () => {
      const [row] = await installation.books.transaction(
        ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from statistics_deltas`,
      );
      return row.count === 0;
    });
    expect(await byTemplate()).toEqual(expected);
    expect((await funnelBy("source")).items).toMatchObject([{ key: school.sourceId, cost: [yuan("0.03")] }]);
  });
});

describe("what had to be tried again", () => {
  it("is counted once", async () => {
    await givenPrice(school.channels.courier, yuan("1"));
    let calls = 0;
    installation.vendor.answer(() => ({ status: ++calls < 3 ? 503 : 200 }));
    const id = await school.send(messageTo(users("u-1"), ["courier"]));
    await until(() => calls >= 1);
    await timePasses(installation, 60);
    await until(() => calls >= 2);
    await timePasses(installation, 60);
    await school.completed(id);
    expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", attemptCount: 3 });
    expect(await costsOf(id)).toMatchObject({ cost: [yuan("1.00")], deliveries: [[1, "1.00"]] });
  });

  it("is not counted when the vendor refuses it", async () => {
    await givenPrice(school.channels.courier, yuan("1"));
    installation.vendor.answer(({ refs }) => ({
      status: 200,
      body: JSON.stringify({ refused: { [refs[0] ?? ""]: "device_dead" } }),
    }));
    const id = await school.send(messageTo(users("u-1", "u-2"), ["courier"]));
    await school.completed(id);
    const { cost, deliveries } = await costsOf(id);
    expect(cost).toEqual([yuan("1.00")]);
    expect(deliveries).toHaveLength(2);
    expect(deliveries).toEqual(
      expect.arrayContaining([
        [1, "1.00"],
        [null, null],
      ]),
    );
  });
});

describe("what may have been sent", () => {
  const givenUnknown = async (...userIds: string[]) => {
    await givenPrice(telegraph, yuan("2.5"));
    const id = await telegraph.send(...userIds);
    await until(async () => (await school.message(id)).counts.unknown === userIds.length);
    return id;
  };
  /** The first sending is cut off; what is sent again arrives. */
  const cutOnce = (query: (ref: string) => { status: string }) => {
    let isFirst = true;
    telegraph.behave({
      sending: () => {
        const answer = isFirst ? ("cut" as const) : { status: 200 };
        isFirst = false;
        return answer;
      },
      query,
    });
  };

  it("costs nothing until the vendor says that it took it, and then the price of its time", async () => {
    cutOnce(() => ({ status: "accepted" }));
    const id = await givenUnknown("u-1", "u-2");
    expect(await costsOf(id)).toEqual({
      cost: [],
      units: 0,
      deliveries: [
        [null, null],
        [null, null],
      ],
    });
    await givenPrice(telegraph, yuan("9"));
    await timePasses(installation, 6);
    await school.completed(id);
    expect(await costsOf(id)).toMatchObject({ cost: [yuan("5.00")], units: 2 });
  });

  it("costs once when it never arrived and is sent again, at the price of then", async () => {
    cutOnce(() => ({ status: "not_found" }));
    const id = await givenUnknown("u-1");
    await givenPrice(telegraph, yuan("3"));
    await timePasses(installation, 6);
    await school.completed(id);
    expect(await costsOf(id)).toMatchObject({ cost: [yuan("3.00")], deliveries: [[1, "3.00"]] });
  });

  it("costs its price when a receipt shows that it was taken", async () => {
    cutOnce(() => ({ status: "unanswered" }));
    const id = await givenUnknown("u-1");
    const { id: ref } = await school.timelineOf(id);
    await school.pushReceipt(telegraph, {
      events: [{ eventId: "e-1", type: "undelivered", at: Date.now(), ref }],
    });
    await school.reaches(id, "undelivered");
    await school.completed(id);
    expect(await costsOf(id)).toMatchObject({ cost: [yuan("2.50")], deliveries: [[1, "2.50"]] });
  });
});

describe("a price", () => {
  it.each([
    ["a float's digits", { amount: "0.12345", currency: "CNY" }],
    ["less than nothing", { amount: "-1", currency: "CNY" }],
    ["a number that is no text", { amount: 0.1, currency: "CNY" }],
    ["more than anything costs", { amount: "1000.0001", currency: "CNY" }],
    ["no currency of this world", { amount: "1", currency: "QQQ" }],
    ["no currency", { amount: "1" }],
  ])("is refused with %s", async (_, price) => {
    expectProblem(await setPrice(school.channels.sms, price as Money), "invalid-input", 422);
  });

  it("is what everybody who may read the channel sees, and leaves its revision alone", async () => {
    const before = await mustSucceed<{ revision: number; price: null }>(
      school.owner("GET", `/v1/channels/${school.channels.sms.id}`),
    );
    const after = await mustSucceed(setPrice(school.channels.sms, yuan("0.0450")));
    expect(before.price).toBeNull();
    expect(after).toMatchObject({ price: yuan("0.045"), revision: before.revision });
    expectProblem(await setPrice(school.channels.sms, yuan("1"), school.source), "forbidden", 403);
  });
});
