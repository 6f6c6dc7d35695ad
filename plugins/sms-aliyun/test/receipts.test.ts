import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReceipt } from "../src/plugin.ts";

const report = {
  phone_number: "13800138000",
  send_time: "2025-01-02 11:04:05",
  report_time: "2025-01-02 11:04:09",
  success: true,
  err_code: "DELIVERED",
  err_msg: "用户接收成功",
  sms_size: "1",
  biz_id: "932702304080415357^0",
  out_id: "batch+86:bat_1",
};
const parse = (body: string) => parseReceipt({ headers: {}, query: {}, body, settings: {}, now: 0 });

test("reads Beijing time and gives the number back as the user's address writes it", () => {
  expect(parse(JSON.stringify([report])).events).toEqual([
    {
      eventId: "932702304080415357^0:13800138000:2025-01-02 11:04:09",
      type: "delivered",
      at: Date.UTC(2025, 0, 2, 3, 4, 9),
      batchRef: "bat_1",
      address: "+8613800138000",
      vendorId: "932702304080415357^0",
    },
  ]);
});

test("reads what it can and leaves out what it cannot", () => {
  const { events, reply } = parse(JSON.stringify([{ ...report, report_time: "yesterday" }, null, report]));
  expect(events).toHaveLength(1);
  expect(JSON.parse(reply.body)).toEqual({ code: 0, msg: "接收成功" });
});

test("never throws, whatever is pushed", () => {
  const values = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value));
  const reports = fc.array(
    fc.record({
      phone_number: fc.string(),
      biz_id: fc.string(),
      success: fc.boolean(),
      report_time: fc.string(),
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
