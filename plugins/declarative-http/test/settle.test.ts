import type { PlannedResponse, Settings } from "@tidings/sdk/plugin";
import { describe, expect, test } from "vitest";
import { settle, verify } from "../src/plugin.ts";
import { SETTINGS } from "./messages.ts";

const WORDS = {
  successPointer: "/code",
  successValues: "0, OK",
  messageIdPointer: "/data/id",
  codePointer: "/code",
  detailPointer: "/message",
  throttledCodes: "2001",
  transientCodes: "2002",
  configCodes: "3001",
  transientStatuses: "503",
};

function settleOne(answer: object, settings: Settings = {}, refs = ["dlv_1"]) {
  const response = { id: "1", refs, status: 200, headers: {}, body: "", ...answer } as PlannedResponse;
  const input = {
    op: "send" as const,
    responses: [response],
    settings: { ...SETTINGS, ...settings },
    now: 0,
  };
  return settle(input).results;
}

test.each([
  [200, "accepted"],
  [204, "accepted"],
  [302, "config"],
  [400, "rejected"],
  [401, "config"],
  [404, "rejected"],
  [429, "throttled"],
  [500, "unknown"],
  [503, "unknown"],
])("reads the status %i as %s when nothing is described", (status, outcome) => {
  expect(settleOne({ status })).toMatchObject([{ status: outcome }]);
});

describe("a described answer", () => {
  test.each([
    ['{"code":0,"data":{"id":7}}', { status: "accepted", vendorId: "7" }],
    ['{"code":"OK"}', { status: "accepted" }],
    [
      '{"code":0,"data":{"id":912345678901234567890}}',
      { status: "accepted", vendorId: "912345678901234567890" },
    ],
    ['{"code":1,"message":"no such number"}', { status: "rejected", code: "1", detail: "no such number" }],
    ['{"code":2001}', { status: "throttled", code: "2001" }],
    ['{"code":2002}', { status: "transient", code: "2002" }],
    ['{"code":3001}', { status: "config", code: "3001" }],
    ["<html>", { status: "unknown", code: "http_200" }],
    ['{"code":null}', { status: "unknown" }],
  ])("reads %s", (body, expected) => {
    expect(settleOne({ body }, WORDS)).toEqual([expect.objectContaining({ ref: "dlv_1", ...expected })]);
  });

  test("says more than the status: by its code first, then by the lists of statuses", () => {
    expect(settleOne({ status: 400, body: '{"code":2001}' }, WORDS)).toMatchObject([{ status: "throttled" }]);
    expect(settleOne({ status: 503 }, WORDS)).toMatchObject([{ status: "transient" }]);
  });
});

test("sends again what may have been sent only where the other side knows a repeat", () => {
  const keyed = { idempotencyHeader: "Idempotency-Key" };
  for (const answer of [{ status: 500 }, { error: "ambiguous", detail: "timeout" }]) {
    expect(settleOne(answer)).toMatchObject([{ status: "unknown" }]);
    expect(settleOne(answer, keyed)).toMatchObject([{ status: "transient" }]);
  }
});

test("waits as Retry-After asks, a day at most", () => {
  const waits = ["30", "999999999", "soon"].map(
    (value) => settleOne({ status: 429, headers: { "retry-after": value } })[0]?.retryAfterMs,
  );
  expect(waits).toEqual([30_000, 86_400_000, undefined]);
});

describe("a call for many", () => {
  const list = {
    ...WORDS,
    body: '{"to":["{{address}}"]}',
    listAt: "/to",
    messageIdPointer: "/id",
  };
  const refs = ["dlv_1", "dlv_2"];

  test("has one id for all of them", () => {
    expect(settleOne({ body: '{"code":0,"id":"b1"}' }, list, refs)).toEqual(
      refs.map((ref) => ({ ref, status: "accepted", batchVendorId: "b1" })),
    );
  });

  test("has a result for each, in their order", () => {
    const body = '{"results":[{"code":0,"id":1},{"code":9,"message":"no"}]}';
    expect(settleOne({ body }, { ...list, resultsAt: "/results" }, refs)).toEqual([
      { ref: "dlv_1", status: "accepted", vendorId: "1" },
      { ref: "dlv_2", status: "rejected", code: "9", detail: "no" },
    ]);
  });

  test("is not guessed at when the results do not match", () => {
    const short = settleOne({ body: '{"results":[{"code":0}]}' }, { ...list, resultsAt: "/results" }, refs);
    expect(short).toMatchObject(refs.map((ref) => ({ ref, status: "unknown", code: "results_mismatch" })));
  });

  test("may be refused as a whole", () => {
    expect(settleOne({ body: '{"code":3001}' }, { ...list, resultsAt: "/results" }, refs)).toMatchObject(
      refs.map((ref) => ({ ref, status: "config", code: "3001" })),
    );
  });
});

test("a form that is complete and has no address to test is good, and one that is not says why", () => {
  const input = { now: 0, seed: "5eed" };
  const { testUrl: _, ...untested } = SETTINGS;
  expect(verify({ ...input, settings: untested }).verification).toMatchObject({
    ok: true,
    code: "not_called",
  });
  const faulty = { ...SETTINGS, successPointer: "/code" };
  const { requests, verification } = verify({ ...input, settings: faulty });
  expect([requests, verification]).toMatchObject([[], { ok: false, code: "half_success" }]);
});
