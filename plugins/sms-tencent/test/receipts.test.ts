import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReceipt } from "../src/plugin.ts";

const report = {
  user_receive_time: "2025-01-02 11:04:09",
  nationcode: "86",
  mobile: "13800138000",
  report_status: "SUCCESS",
  errmsg: "DELIVRD",
  description: "用户短信接收成功",
  sid: "5000:1045710669157053657849499619",
};
const NOW = Date.UTC(2025, 0, 2, 4);
const parse = (body: string) => parseReceipt({ headers: {}, query: {}, body, settings: {}, now: NOW });
const read = (...reports: unknown[]) => parse(JSON.stringify(reports)).events;

test("names the message by its serial number, at Beijing time", () => {
  expect(read(report)).toEqual([
    {
      eventId: "5000:1045710669157053657849499619:delivered",
      type: "delivered",
      at: Date.UTC(2025, 0, 2, 3, 4, 9),
      vendorId: "5000:1045710669157053657849499619",
    },
  ]);
});

test("names it by our own reference as well where the vendor gives the session back", () => {
  const named = ["ref:dlv_1", "batch:bat_1", "batch+:bat_1", "their own"].map((ext) => {
    const { eventId: _, type: __, at: ___, vendorId: ____, ...target } = read({ ...report, ext })[0] ?? {};
    return target;
  });
  expect(named).toEqual([
    { ref: "dlv_1" },
    { batchRef: "bat_1", address: "13800138000" },
    { batchRef: "bat_1", address: "+8613800138000" },
    {},
  ]);
});

test("gives the same event for a report that comes twice, and another when the word changes", () => {
  const failed = { ...report, report_status: "FAIL", errmsg: "UNDELIV", description: "关机" };
  const [once, again, changed] = read(
    report,
    { ...report, user_receive_time: "2025-01-02 11:04:10" },
    failed,
  );
  expect(again?.eventId).toBe(once?.eventId);
  expect(changed?.eventId).not.toBe(once?.eventId);
  expect(changed).toMatchObject({ type: "undelivered", code: "UNDELIV", detail: "关机" });
});

test("takes the moment of the push for what was never received", () => {
  const failed = { ...report, report_status: "FAIL", user_receive_time: "" };
  expect(read(failed)).toMatchObject([{ type: "undelivered", at: NOW }]);
});

test("reads what it can and leaves out what it cannot", () => {
  const body = JSON.stringify([
    { ...report, sid: undefined },
    null,
    { ...report, report_status: "?" },
    report,
  ]);
  const { events, reply } = parse(body);
  expect(events).toHaveLength(1);
  expect(JSON.parse(reply.body)).toEqual({ result: 0, errmsg: "OK" });
});

test("never throws, whatever is pushed", () => {
  const values = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  const reports = fc.array(
    fc.record({
      sid: fc.string(),
      report_status: fc.constantFrom("SUCCESS", "FAIL", "", null),
      mobile: fc.anything(),
      ext: fc.string(),
      user_receive_time: fc.string(),
    }),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        values,
        reports.map((list) => JSON.stringify(list)),
      ),
      (body) => {
        expect([200, 400]).toContain(parse(body).reply.status);
      },
    ),
  );
});
