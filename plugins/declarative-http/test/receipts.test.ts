import type { Settings } from "@tidings/sdk/plugin";
import { expect, test } from "vitest";
import { parseReceipt } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);
const RECEIPTS = {
  ...SETTINGS,
  receiptIdPointer: "/id",
  receiptStatusPointer: "/status",
  receiptTimePointer: "/time",
  deliveredValues: "DELIVRD",
  undeliveredValues: "UNDELIV,REJECTD",
  readValues: "READ",
};

const read = (body: string, change: Settings = {}, query = {}) =>
  parseReceipt({ headers: {}, query, body, settings: { ...RECEIPTS, ...change }, now: NOW });

test("reads one receipt, a list, and a list within an object", () => {
  const receipt = { id: "m1", status: "DELIVRD", time: 1_735_787_000 };
  const expected = [{ eventId: "m1::DELIVRD", type: "delivered", at: 1_735_787_000_000, vendorId: "m1" }];
  expect(read(JSON.stringify(receipt)).events).toEqual(expected);
  expect(read(JSON.stringify([receipt])).events).toEqual(expected);
  expect(read(JSON.stringify({ list: [receipt] }), { receiptsAt: "/list" }).events).toEqual(expected);
});

test("reads a form, in the body or in the query", () => {
  const expected = [{ type: "undelivered", vendorId: "m1", code: "UNDELIV" }];
  expect(read("id=m1&status=UNDELIV").events).toMatchObject(expected);
  expect(read("", {}, { id: "m1", status: "UNDELIV" }).events).toMatchObject(expected);
});

test("keeps long numbers exact", () => {
  const { events } = read('{"id":912345678901234567890,"status":"READ"}');
  expect(events).toMatchObject([{ type: "read", vendorId: "912345678901234567890", at: NOW }]);
});

test("finds the message by our reference, or by the call's id and an address", () => {
  const body = '{"id":"dlv_1","status":"DELIVRD","mobile":"138"}';
  expect(read(body, { receiptIdKind: "ref" }).events[0]).toMatchObject({ ref: "dlv_1" });
  expect(read(body, { receiptAddressPointer: "/mobile" }).events[0]).toMatchObject({
    vendorId: "dlv_1",
    address: "138",
    eventId: "dlv_1:138:DELIVRD",
  });
});

test.each([
  ["1735787045", NOW],
  ["1735787045000", NOW],
  ["2025-01-02T03:04:05Z", NOW],
  ["2025-01-02 11:04:05", NOW],
  ["2025-01-02T11:04:05+08:00", NOW],
  ["yesterday", NOW + 1],
])("reads the time %s", (time, at) => {
  const settings = RECEIPTS;
  const body = JSON.stringify({ id: "m1", status: "READ", time });
  const { events } = parseReceipt({ headers: {}, query: {}, body, settings, now: NOW + 1 });
  expect(events[0]?.at).toBe(at);
});

test("takes what is none of the described states, and says nothing of it", () => {
  expect(read('{"id":"m1","status":"ACCEPTD"}')).toMatchObject({ events: [], reply: { status: 200 } });
});

test("answers what the other side wants to hear", () => {
  const { reply } = read('{"id":"m1","status":"READ"}', { receiptReply: '{"code":0}' });
  expect(reply).toEqual({ status: 200, headers: { "content-type": "application/json" }, body: '{"code":0}' });
});

test("takes no receipts that were not described", () => {
  const { events, reply } = parseReceipt({
    headers: {},
    query: {},
    body: "{}",
    settings: SETTINGS,
    now: NOW,
  });
  expect([events, reply.status]).toEqual([[], 404]);
});
