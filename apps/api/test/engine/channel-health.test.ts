import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  EGRESS_ADDRESSES,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  newPhone,
  QUOTA_CONTACT,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

interface Report {
  health: { state: string; circuit: { state: string; cause: string | null; code: string | null } };
  counts: Record<string, number>;
  reasons: { measure: string; reason: string; count: number; text: { zh: string; en: string } | null }[];
  inFlightCount: number | null;
  ratePerSecond: number | null;
  lastReceiptAt: string | null;
  egress: { addresses: string[]; contact: string | null };
}

const report = (channel: keyof School["channels"], call = school.owner) =>
  mustSucceed<Report>(call("GET", `/v1/channels/${school.channels[channel].id}/health`));
const to = (...phones: string[]) => ({
  kind: "addresses",
  addresses: phones.map((address) => ({ address })),
});

it("counts the last day by outcome, with the vendor's codes in words, and knows the last receipt", async () => {
  const before = new Date(Date.now() - 1_000).toISOString();
  expect(await report("sms")).toMatchObject({ reasons: [], lastReceiptAt: null, inFlightCount: 0 });
  const id = await school.send(messageTo(to(newPhone(), newPhone(), newPhone("0000")), ["sms"]));
  await school.completed(id);
  const found = await until(async () => {
    const now = await report("sms");
    return now.counts.delivered === 2 && now.counts.undelivered === 1 ? now : undefined;
  });
  expect(found.counts).toMatchObject({ targeted: 3, submitted: 3, failed: 0 });
  expect(found.reasons).toEqual([
    {
      measure: "undelivered",
      reason: "MOBILE_NOT_ON_SERVICE",
      count: 1,
      text: { zh: "号码停机", en: "The number is out of service" },
    },
  ]);
  expect(found.lastReceiptAt && found.lastReceiptAt > before).toBe(true);
  expect((await report("hook")).counts.targeted).toBe(0);
});

it("has heard of every receipt that it counts, though one comes while the report is made", async () => {
  const id = await school.send(messageTo(to("c-1"), ["courier"]));
  await school.completed(id);
  const { id: ref } = await school.timelineOf(id);
  const isWaiting = () =>
    installation.books.transaction(async ({ sql }) => {
      const [row] = await sql<[{ waits: boolean }]>`select exists (
        select from pg_locks
        where relation = 'statistics_hourly'::regclass and mode = 'AccessShareLock' and not granted) as waits`;
      return row.waits || undefined;
    });
  // Nobody counts meanwhile.
  const making = await installation.books.transaction(async ({ sql }) => {
    await sql`lock table statistics_hourly in access exclusive mode`;
    const made = report("courier");
    await until(isWaiting);
    await school.pushReceipt(school.channels.courier, {
      events: [{ eventId: "meanwhile", type: "delivered", at: Date.now(), ref }],
    });
    return { made };
  });
  expect(await making.made).toMatchObject({ counts: { delivered: 1 }, lastReceiptAt: expect.any(String) });
});

it("knows the first receipt, though it comes while the channel is being written, and leaves a later one", async () => {
  const id = await school.send(messageTo(to("f-1"), ["courier"]));
  await school.completed(id);
  const { id: ref } = await school.timelineOf(id);
  const push = (eventId: string, type: string) =>
    school.pushReceipt(school.channels.courier, { events: [{ eventId, type, at: Date.now(), ref }] });
  /** Holds the channel's row, which was last marked at that time, until the push has been answered or waits for it. */
  const whileWritten = async (markedAt: Date | null, work: () => Promise<unknown>) => {
    let answered = Promise.resolve<unknown>(undefined);
    await installation.books.transaction(async ({ sql }) => {
      await sql`update channels set last_receipt_at = ${markedAt} where id = ${toUuid("channel", courier)}`;
      answered = work();
      await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 500))]);
    });
    await answered;
    return (await report("courier")).lastReceiptAt;
  };
  const courier = school.channels.courier.id;
  const longAgo = new Date(Date.now() - 86_400_000);

  expect(await whileWritten(longAgo, () => push("first", "delivered"))).toBe(longAgo.toISOString());
  await installation.books.transaction(
    ({ sql }) => sql`update channels set last_receipt_at = null where id = ${toUuid("channel", courier)}`,
  );
  expect(await whileWritten(null, () => push("second", "read"))).toEqual(expect.any(String));
});

it("takes no repeat of a push for news of the vendor", async () => {
  const id = await school.send(messageTo(to("r-1"), ["courier"]));
  await school.completed(id);
  const { id: ref } = await school.timelineOf(id);
  const push = { events: [{ eventId: "once", type: "delivered", at: Date.now(), ref }] };
  await school.pushReceipt(school.channels.courier, push);
  const heard = (await report("courier")).lastReceiptAt;
  expect(heard).toEqual(expect.any(String));
  // Long ago by now.
  await installation.books.transaction(
    ({ sql }) => sql`update channels set last_receipt_at = last_receipt_at - interval '1 day'`,
  );
  await school.pushReceipt(school.channels.courier, push);
  expect(Date.parse((await report("courier")).lastReceiptAt ?? "")).toBe(
    Date.parse(heard ?? "") - 86_400_000,
  );
  await school.pushReceipt(school.channels.courier, {
    events: [{ eventId: "another", type: "read", at: Date.now(), ref }],
  });
  expect(Date.parse((await report("courier")).lastReceiptAt ?? "")).toBeGreaterThan(Date.parse(heard ?? ""));
});

it("tells what is under way, and the circuit when the vendor refuses the channel", async () => {
  const gate = installation.vendor.hold();
  const id = await school.send(messageTo(to("d-1", "d-2"), ["courier"]));
  await gate.arrived(1);
  expect(await report("courier")).toMatchObject({
    inFlightCount: 2,
    health: { circuit: { state: "closed" } },
  });
  gate.open();
  await school.completed(id);
  installation.vendor.answer(() => ({ status: 401 }));
  await school.send(messageTo(to("d-3"), ["courier"]));
  const found = await until(async () => {
    const now = await report("courier");
    return now.health.circuit.state === "open" ? now : undefined;
  });
  expect(found.health.circuit).toMatchObject({ cause: "refused", code: "bad_token" });
  installation.vendor.reset();
});

it("says from where vendors are called, and whom to ask", async () => {
  expect((await report("sms")).egress).toEqual({ addresses: EGRESS_ADDRESSES, contact: QUOTA_CONTACT });
});

it("tells a source of its own deliveries only", async () => {
  const { id } = await mustSucceed<{ id: string }>(
    school.owner("POST", "/v1/messages", messageTo(to(newPhone()), ["sms"])),
  );
  await school.completed(id);
  const [all, own] = [await report("sms"), await report("sms", school.source)];
  expect(all.counts.targeted).toBe((own.counts.targeted ?? 0) + 1);
  expect(own).toMatchObject({ inFlightCount: null, lastReceiptAt: null });
});

it("is not there for another tenant", async () => {
  const stranger = await givenSchool(installation, "邻校");
  const answer = await stranger.owner("GET", `/v1/channels/${school.channels.sms.id}/health`);
  expectProblem(answer, "not-found", 404);
});
