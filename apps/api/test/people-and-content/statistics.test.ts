import { newId, toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compactStatistics, readMessageTotals } from "../../src/modules/statistics/index.ts";
import { startContentApp } from "./fixture.ts";

let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp();
});
afterAll(() => app.stop());

const NIL_UUID = "00000000-0000-0000-0000-000000000000";
const PERIOD = "from=2025-01-01&to=2025-01-02";

/** Counts of one message: by a source, by a source that is gone, and composed in the console. */
async function makeCounts() {
  const tenant = await app.makeTenant();
  const sourceId = await tenant.makeSource("Fees");
  const goneId = newId("source");
  const channelId = await tenant.makeChannel("SMS", "sms", "acme/sms");
  const messageId = newId("message");
  const add = (source: string, hour: string, measure: string, count: number, reason = "") =>
    tenant.rows(
      `insert into statistics_deltas
         (tenant_id, message_id, source_id, channel_id, template_id, step, hour, measure, reason, count)
       select '${toUuid("tenant", tenant.tenantId)}', '${toUuid("message", messageId)}', '${source}',
         '${toUuid("channel", channelId)}', '${NIL_UUID}', 0, '${hour}', '${measure}', '${reason}', 1
       from generate_series(1, ${count})`,
    );
  await add(toUuid("source", sourceId), "2025-01-01T15:00Z", "targeted", 1500);
  // Already the second day in Shanghai.
  await add(toUuid("source", sourceId), "2025-01-01T16:00Z", "targeted", 20);
  await add(toUuid("source", goneId), "2025-01-01T16:00Z", "failed", 5, "http_500");
  await add(NIL_UUID, "2025-01-02T03:00Z", "suppressed", 7, "no_address");
  // Already the day after the period.
  await add(NIL_UUID, "2025-01-02T16:00Z", "targeted", 1);
  const compact = () => app.transact(tenant.admin.ctx, (tx) => compactStatistics(tx, tenant.tenantId));
  return { ...tenant, sourceId, goneId, channelId, messageId, compact };
}

interface Funnel {
  items: { key: string | null; label: string | null; targeted: number; failed: number; suppressed: number }[];
  totals: { targeted: number };
}

it("counts in the days of the tenant's time zone, those without a count too", async () => {
  const { admin } = await makeCounts();
  const { body } = await admin.call<Funnel>("GET", "/statistics/funnel?from=2024-12-31&to=2025-01-02");
  expect(body.items.map((item) => [item.key, item.targeted, item.failed, item.suppressed])).toEqual([
    ["2024-12-31", 0, 0, 0],
    ["2025-01-01", 1500, 0, 0],
    ["2025-01-02", 20, 5, 7],
  ]);
});

it("names sources and channels, and keeps what is deleted under its id", async () => {
  const { admin, sourceId, goneId, channelId } = await makeCounts();
  const labelsBy = async (grouping: string) => {
    const { body } = await admin.call<Funnel>("GET", `/statistics/funnel?${PERIOD}&groupBy=${grouping}`);
    return body.items.map((item) => [item.key, item.label]);
  };
  expect(await labelsBy("source")).toEqual([
    [sourceId, "Fees"],
    [null, null],
    [goneId, goneId],
  ]);
  expect(await labelsBy("channel")).toEqual([[channelId, "SMS"]]);
});

it("is exact while many compact at once, and moves each count once", async () => {
  const { admin, tenantId, messageId, compact, rows } = await makeCounts();
  const funnel = async () => (await admin.call<Funnel>("GET", `/statistics/funnel?${PERIOD}`)).body;
  const before = await funnel();
  const compacting = Promise.all([1, 2, 3, 4].map(compact));
  const during = await Promise.all([1, 2, 3, 4].map(funnel));
  let moved = (await compacting).reduce((sum, count) => sum + count, 0);
  // Callers that met skipped what the others had in hand; one more takes what is left.
  moved += await compact();
  expect(during).toEqual(Array(4).fill(before));
  expect(await funnel()).toEqual(before);
  expect(moved).toBe(1533);
  expect(await rows("select count(*) from statistics_deltas")).toEqual([{ count: "0" }]);
  const totals = await app.transact(admin.ctx, (tx) => readMessageTotals(tx, tenantId, [messageId]));
  expect(totals.map(({ measure, reason, count }) => [measure, reason, count])).toEqual([
    ["targeted", "", 1521],
    ["suppressed", "no_address", 7],
    ["failed", "http_500", 5],
  ]);
});

it("lists reasons, the most frequent first", async () => {
  const { admin, compact } = await makeCounts();
  await compact();
  expect((await admin.call("GET", `/statistics/reasons?${PERIOD}`)).body.items).toEqual([
    { measure: "suppressed", reason: "no_address", count: 7 },
    { measure: "failed", reason: "http_500", count: 5 },
  ]);
});

it("shows a source its own counts only", async () => {
  const { tenantId, callerOf, sourceId, goneId } = await makeCounts();
  const source = callerOf(tenantId, { kind: "source", id: sourceId, name: "Fees" });
  const { body } = await source.call<Funnel>("GET", `/statistics/funnel?${PERIOD}&groupBy=source`);
  expect(body.items.map((item) => item.key)).toEqual([sourceId]);
  const other = await source.call("GET", `/statistics/funnel?${PERIOD}&sourceId=${goneId}`);
  expect(other.status).toBe(404);
});

it("refuses periods that are reversed, too long, or no dates", async () => {
  const { admin } = await app.makeTenant();
  const status = async (query: string) => (await admin.call("GET", `/statistics/funnel?${query}`)).status;
  expect(await status("from=2025-01-02&to=2025-01-01")).toBe(422);
  expect(await status("from=2025-01-01&to=2025-04-03")).toBe(422);
  expect(await status("from=2025-02-30&to=2025-03-01")).toBe(422);
  expect(await status("from=2025-01-01&to=2025-04-02")).toBe(200);
});
